package org.popnet.log.intake;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.popnet.bench.logs.MeasuredNetwork;
import org.popnet.local.process.Database;
import org.popnet.local.process.Installation;
import org.popnet.log.database.LogDatabase;
import org.popnet.log.raw.RawLog;
import org.popnet.log.raw.RawRetention;
import org.popnet.log.traffic.AggregateStore;
import org.popnet.log.traffic.LiveTraffic;
import org.popnet.log.traffic.LoadBoard;
import org.popnet.platform.datagram.UdpDatagramPort;

/** The log server as {@link IntakeConfiguration} puts it together, with a PostgreSQL of its own, as a process. */
public final class MeasuredLogServer {
    private MeasuredLogServer() {}

    /** @param arguments the directory of the network; the file {@code ready} in it gets the database's port and process */
    public static void main(String... arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        Database postgres = Database.start(
                Installation.find(), directory.resolve("postgres"), directory.resolve("postgres.log"), 0, Map.of());
        Runtime.getRuntime().addShutdownHook(new Thread(postgres::close, "end of PostgreSQL"));
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        InstantSource clock = InstantSource.system();
        LogSettings settings = LogSettings.defaults();
        LiveTraffic live = new LiveTraffic();
        // Pooled and set as in the service's application.properties.
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl("jdbc:postgresql://localhost:" + postgres.port() + "/popnet");
        pool.setUsername("postgres");
        pool.setMinimumIdle(2);
        pool.addDataSourceProperty("reWriteBatchedInserts", "true");
        try (HikariDataSource connections = new HikariDataSource(pool);
                UdpDatagramPort port = new MeasuredNetwork(directory).port(MeasuredNetwork.SERVER, meters);
                RawLog rawLog = new RawLog(directory.resolve("raw"), MeasuredNetwork.SERVER)) {
            LogDatabase database = LogDatabase.migrated(connections, rawLog::recover);
            Figures figures = new Figures(new AggregateStore(settings.urlsPerHour()), settings);
            DatagramReceiver receiver = new DatagramReceiver(
                    port,
                    new Assignment(Set.copyOf(MeasuredNetwork.customers())),
                    new BatchWriter(connections, rawLog, figures, live, settings, port, meters, stage -> {}),
                    new RawRetention(connections, rawLog, customer -> Duration.ofDays(90), clock),
                    database::isReady,
                    new LoadBoard(clock),
                    settings,
                    clock,
                    meters);
            database.start();
            receiver.start();
            Path said = Files.writeString(
                    directory.resolve("ready.new"),
                    postgres.port() + "\n" + postgres.process().orElseThrow().pid() + "\n");
            Files.move(said, directory.resolve("ready"), StandardCopyOption.ATOMIC_MOVE);
            new CountDownLatch(1).await();
        }
    }
}
