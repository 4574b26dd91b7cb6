package org.popnet.log.intake;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.popnet.log.audience.Countries;
import org.popnet.log.database.LogDatabase;
import org.popnet.log.raw.RawLog;
import org.popnet.log.raw.RawRetention;
import org.popnet.log.traffic.AggregateStore;
import org.popnet.log.traffic.LiveTraffic;
import org.popnet.log.traffic.LoadBoard;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.settings.NodeSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class IntakeConfiguration {
    @Bean
    RawLog rawLog(NodeSettings node) throws IOException {
        return new RawLog(node.stateDirectory().resolve("raw"), node.name());
    }

    @Bean
    LiveTraffic liveTraffic() {
        return new LiveTraffic();
    }

    @Bean
    LoadBoard loadBoard(InstantSource clock) {
        return new LoadBoard(clock);
    }

    @Bean
    BatchWriter batchWriter(
            DataSource database,
            RawLog rawLog,
            LiveTraffic live,
            LogSettings settings,
            Countries countries,
            DatagramPort port,
            MeterRegistry meters) {
        Figures figures = new Figures(new AggregateStore(settings.urlsPerHour(), countries), settings);
        return new BatchWriter(database, rawLog, figures, live, settings, port, meters, stage -> {});
    }

    @Bean
    RawRetention rawRetention(DataSource database, RawLog rawLog, CurrentTree tree, InstantSource clock) {
        return new RawRetention(database, rawLog, customer -> tree.get().tree().keepLogs(customer), clock);
    }

    @Bean
    DatagramReceiver datagramReceiver(
            DatagramPort port,
            CurrentTree tree,
            BatchWriter writer,
            RawRetention retention,
            LogDatabase database,
            LoadBoard loads,
            LogSettings settings,
            InstantSource clock,
            MeterRegistry meters) {
        Assignment first = Assignment.of(tree.get().tree(), tree.self());
        DatagramReceiver receiver =
                new DatagramReceiver(port, first, writer, retention, database::isReady, loads, settings, clock, meters);
        tree.subscribe(next -> {
            Assignment assignment = Assignment.of(next.tree(), tree.self());
            return () -> receiver.assign(assignment);
        });
        return receiver;
    }
}
