package org.popnet.fetch.serve;

import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.InstantSource;
import org.popnet.fetch.origin.FixedOriginSettings;
import org.popnet.fetch.origin.FixedOrigins;
import org.popnet.fetch.origin.OriginClient;
import org.popnet.fetch.origin.OriginErrors;
import org.popnet.fetch.origin.OriginSettings;
import org.popnet.fetch.store.DiskTier;
import org.popnet.fetch.store.StoreSettings;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.flush.FlushWatermarks;
import org.popnet.platform.load.LoadConfiguration;
import org.popnet.platform.load.TrafficMeter;
import org.popnet.platform.origin.OriginChoice;
import org.popnet.platform.settings.NodeSettings;
import org.popnet.platform.spool.LogSink;
import org.popnet.platform.tree.Node;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.util.function.SingletonSupplier;

/** Puts an origin-fetch server together. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({
    StoreSettings.class,
    OriginSettings.class,
    FixedOriginSettings.class,
    PipelineSettings.class,
    DataPortSettings.class
})
@Import(LoadConfiguration.class)
class FetchConfiguration {
    @Bean
    DiskTier diskTier(NodeSettings node, StoreSettings settings, MeterRegistry meters) {
        return settings.directories().isEmpty()
                ? DiskTier.open(directory(node).resolve("store"), settings, meters)
                : DiskTier.open(settings.directories(), settings, meters);
    }

    @Bean
    Fills fills(DiskTier disk, MeterRegistry meters) {
        return new Fills(disk, meters);
    }

    @Bean
    OriginClient originClient(
            NodeSettings node,
            OriginSettings settings,
            FixedOriginSettings fixed,
            CurrentTree tree,
            OriginChoice ranking,
            ObjectProvider<LogSink> sink,
            InstantSource clock,
            MeterRegistry meters) {
        // Without a spool (`popnet.spool.enabled=false`) errors are in the log and the metrics only.
        LogSink log = sink.getIfAvailable(() -> (customer, error) -> {});
        OriginChoice choice = fixed.servers().isEmpty() ? ranking : new FixedOrigins(fixed, tree, ranking);
        return new OriginClient(
                settings, node.address(), choice, new OriginErrors(log, clock), clock, System::nanoTime, meters);
    }

    @Bean
    FetchPipeline fetchPipeline(
            DiskTier disk,
            Fills fills,
            OriginClient origin,
            PipelineSettings settings,
            InstantSource clock,
            NodeSettings node,
            ObjectProvider<FlushWatermarks> watermarks,
            MeterRegistry meters) {
        OriginHeaders headers = new OriginHeaders(node.node(), node.node() + "." + node.zone());
        // Looked up with the first request, when all beans are there, and never again: a lookup costs more than a hit.
        Flushes flushes = new NodeFlushes(SingletonSupplier.ofNullable(watermarks::getIfAvailable));
        return new FetchPipeline(disk, fills, origin, headers, settings, clock, node.node(), flushes, meters);
    }

    @Bean
    DataPort dataPort(
            CurrentTree tree,
            DataPortSettings settings,
            FetchPipeline pipeline,
            TrafficMeter traffic,
            InstantSource clock,
            MeterRegistry meters,
            NodeSettings node) {
        FetchServlet servlet = new FetchServlet(
                new Admission(tree), pipeline, new ResponseWriter(clock, node.node()), traffic, meters, node.node());
        Node self = tree.node();
        Path work = directory(node).resolve("tomcat");
        return new DataPort(self.address(), self.ports().fetch(), settings, work, servlet, traffic, meters);
    }

    private static Path directory(NodeSettings node) {
        return node.stateDirectory().resolve("fetch");
    }
}
