package org.popnet.edge;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.popnet.edge.account.AccessLog;
import org.popnet.edge.account.EdgeMetrics;
import org.popnet.edge.clients.ClientRoundTrips;
import org.popnet.edge.memory.MemoryTier;
import org.popnet.edge.site.SiteRouter;
import org.popnet.edge.upstream.Fetchers;
import org.popnet.edge.upstream.Origins;
import org.popnet.edge.upstream.UpstreamClient;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.discovery.ServiceDiscovery;
import org.popnet.platform.flush.FlushWatermarks;
import org.popnet.platform.load.LoadConfiguration;
import org.popnet.platform.load.TrafficMeter;
import org.popnet.platform.origin.OriginChoice;
import org.popnet.platform.settings.NodeSettings;
import org.popnet.platform.spool.LogSink;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Puts the edge together. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(EdgeSettings.class)
@Import(LoadConfiguration.class)
class EdgeConfiguration {
    private static final LongSupplier NANO_TIME = System::nanoTime;

    @Bean
    ByteBufAllocator byteBufAllocator() {
        return new PooledByteBufAllocator(true);
    }

    /** Also what load reports tell the name servers about the way to clients. */
    @Bean
    ClientRoundTrips clientRoundTrips() {
        return new ClientRoundTrips();
    }

    @Bean
    SiteRouter siteRouter(TrafficMeter meter, CurrentTree tree) {
        SiteRouter router = new SiteRouter(meter);
        tree.subscribe(router);
        return router;
    }

    @Bean
    EdgeMetrics edgeMetrics(MeterRegistry registry) {
        return new EdgeMetrics(registry);
    }

    /** Also the node's flush target. */
    @Bean(destroyMethod = "")
    MemoryTier memoryTier(EdgeSettings settings, ByteBufAllocator allocator, InstantSource clock, EdgeMetrics metrics) {
        MemoryTier memory = new MemoryTier(settings.memorySettings(), allocator, clock);
        metrics.gauge("popnet.edge.memory.used", memory, MemoryTier::bytesInUse);
        metrics.gauge("popnet.edge.memory.extents", memory, MemoryTier::extentsOpen);
        metrics.gauge("popnet.edge.memory.refused", memory, MemoryTier::refusals);
        metrics.gauge("popnet.edge.memory.objects", memory, MemoryTier::objects);
        metrics.gauge("popnet.edge.fills.running", memory, m -> m.fills().size());
        metrics.gauge("popnet.edge.large.running", memory, m -> m.large().runs().size());
        metrics.gauge("popnet.edge.large.changed", memory, m -> m.large().changes());
        return memory;
    }

    @Bean
    Fetchers fetchers(
            ServiceDiscovery discovery,
            CurrentTree tree,
            ObjectProvider<FlushWatermarks> watermarks,
            EdgeMetrics metrics) {
        Fetchers fetchers = new Fetchers(
                () -> discovery.originFetchers(tree.self().pop()),
                site -> {
                    FlushWatermarks flushes = watermarks.getIfAvailable();
                    return flushes == null ? 0 : flushes.announced(site);
                },
                NANO_TIME);
        metrics.gauge("popnet.edge.fetch.overflows", fetchers, Fetchers::overflows);
        return fetchers;
    }

    @Bean
    Edge edge(
            EdgeSettings settings,
            NodeSettings node,
            SiteRouter router,
            MemoryTier memory,
            Fetchers fetchers,
            OriginChoice origins,
            LogSink sink,
            EdgeMetrics metrics,
            TrafficMeter meter,
            ClientRoundTrips roundTrips,
            ByteBufAllocator allocator,
            InstantSource clock) {
        UpstreamClient upstream = new UpstreamClient(
                EdgeServer.clientChannelType(),
                allocator,
                node.address(),
                settings.upstreamSettings(),
                new UpstreamOutcomes(fetchers, origins, metrics),
                NANO_TIME);
        return new Edge(
                node.node(),
                settings,
                router,
                memory,
                upstream,
                fetchers,
                new Origins(origins),
                new AccessLog(sink),
                metrics,
                meter,
                roundTrips,
                clock,
                NANO_TIME,
                new SecureRandom());
    }

    @Bean
    EdgeServer edgeServer(Edge edge, ByteBufAllocator allocator, CurrentTree tree) {
        return new EdgeServer(edge, allocator, () -> tree.node().addresses().stream()
                .map(address ->
                        new InetSocketAddress(address, tree.node().ports().http()))
                .toList());
    }

    @Bean
    HealthIndicator dataPortHealthIndicator(EdgeServer server) {
        return () -> server.listening()
                ? Health.up().withDetail("port", server.port()).build()
                : Health.down()
                        .withDetail("reason", "the data port is not listened on")
                        .build();
    }
}
