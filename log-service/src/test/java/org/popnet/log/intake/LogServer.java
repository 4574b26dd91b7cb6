package org.popnet.log.intake;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.Consumer;
import org.popnet.log.TestDatabase;
import org.popnet.log.database.LogDatabase;
import org.popnet.log.raw.RawLog;
import org.popnet.log.raw.RawRetention;
import org.popnet.log.traffic.AggregateStore;
import org.popnet.log.traffic.LiveTraffic;
import org.popnet.log.traffic.LoadBoard;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.tree.NodeName;

/** The writing half of a log server, as its process wires it. */
final class LogServer implements AutoCloseable {
    static final NodeName NAME = NodeName.of("log.hq");
    static final Set<String> CUSTOMERS = Set.of("customer1", "customer2", "_network");

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final LiveTraffic live = new LiveTraffic();
    final LogDatabase database;
    final DatagramReceiver receiver;
    private final HikariDataSource pool = new HikariDataSource();
    private final RawLog rawLog;

    LogServer(String url, Path raw, DatagramPort port, InstantSource clock, Consumer<Stage> stages) throws Exception {
        pool.setJdbcUrl(url);
        pool.setMaximumPoolSize(3);
        pool.setMinimumIdle(0);
        pool.setInitializationFailTimeout(-1);
        pool.setConnectionTimeout(1000);
        LogSettings settings = new LogSettings(
                16_384,
                1000,
                Duration.ofMillis(5),
                Duration.ofMinutes(5),
                Duration.ofSeconds(30),
                Duration.ofDays(35),
                1000,
                1000);
        rawLog = new RawLog(raw, NAME);
        database = new LogDatabase(pool, TestDatabase.flyway(pool), rawLog::recover);
        BatchWriter writer = new BatchWriter(
                pool, rawLog, new Figures(new AggregateStore(1000), settings), live, settings, port, meters, stages);
        receiver = new DatagramReceiver(
                port,
                new Assignment(CUSTOMERS),
                writer,
                new RawRetention(pool, rawLog, customer -> Duration.ofDays(90), clock),
                database::isReady,
                new LoadBoard(clock),
                settings,
                clock,
                meters);
        database.start();
        receiver.start();
    }

    @Override
    public void close() throws Exception {
        receiver.stop();
        database.stop();
        rawLog.close();
        pool.close();
    }
}
