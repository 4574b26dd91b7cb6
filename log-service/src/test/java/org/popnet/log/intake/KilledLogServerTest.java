package org.popnet.log.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.luben.zstd.ZstdInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.log.TestDatabase;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.datagram.Received;
import org.popnet.platform.message.Message.LogAck;
import org.popnet.platform.message.Message.LogBatch;
import org.popnet.platform.spool.TestSender;
import org.popnet.platform.tree.NodeName;

/** The log server's process is killed before commit, after commit and after it has acknowledged. */
class KilledLogServerTest {
    /** Then only a trickle, however slowly a process starts: the last one catches up in time. */
    private static final int RECORDS_PER_KILL = 3000;

    @TempDir
    Path directory;

    @Test
    void sumsAndRawLogsAreExactAfterAKillAtEachStage() throws Exception {
        killed(3);
    }

    @Test
    @Tag("slow")
    void sumsAndRawLogsAreExactAfterFiftyKills() throws Exception {
        killed(50);
    }

    private void killed(int kills) throws Exception {
        String url = TestDatabase.create();
        DataSource database = TestDatabase.dataSource(url);
        Path raw = directory.resolve("raw");
        Random random = new Random(5);
        Workload workload = new Workload(6, System.currentTimeMillis() - 7_200_000);
        List<TestSender> edges = new ArrayList<>();
        try (Network network = new Network(21, 20)) {
            DatagramPort port = network.port(LogServer.NAME);
            for (String edge : List.of("edge1.westusa", "edge1.europe")) {
                NodeName name = NodeName.of(edge);
                edges.add(new TestSender(directory.resolve(edge), network.port(name), LogServer.NAME, edges.size()));
            }
            for (int kill = 0; kill < kills; kill++) {
                Stage stage = Stage.values()[kill % 3];
                try (Child child = new Child(url, raw, port, stage, 1 + random.nextInt(3))) {
                    long enough = workload.expected().getFirst() + RECORDS_PER_KILL;
                    await().atMost(Duration.ofSeconds(60)).until(() -> {
                        int count = workload.expected().getFirst() < enough ? 100 : 1;
                        edges.forEach(edge -> workload.play(edge.sink(), count));
                        return child.stands;
                    });
                }
            }
            try (Child last = new Child(url, raw, port, Stage.AFTER_ACK, -1)) {
                await().atMost(Duration.ofMinutes(2))
                        .until(() -> Workload.stored(database, "traffic_minute").getFirst()
                                >= workload.expected().getFirst());
                await().until(() -> edges.stream().allMatch(TestSender::isEmpty));
                assertThat(last.stands).isFalse();
            }
            assertThat(Workload.stored(database, "traffic_minute")).isEqualTo(workload.expected());
            assertThat(Workload.stored(database, "traffic_hour")).isEqualTo(workload.expected());
            assertThat(rawLines(raw)).isEqualTo(workload.expected().getFirst());
        } finally {
            edges.forEach(TestSender::close);
        }
    }

    private static long rawLines(Path raw) throws IOException {
        long lines = 0;
        try (var files = Files.walk(raw)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".zst")).toList()) {
                try (ZstdInputStream in = new ZstdInputStream(Files.newInputStream(file))) {
                    for (byte b : in.readAllBytes()) {
                        lines += b == '\n' ? 1 : 0;
                    }
                }
            }
        }
        return lines;
    }

    /** The process, and the network's way to it. */
    private static final class Child implements AutoCloseable {
        private final Process process;
        private final DataOutputStream in;
        private volatile boolean stands;

        Child(String url, Path raw, DatagramPort port, Stage stage, int visit) throws IOException {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            "-Dlogback.configurationFile=silent.xml",
                            LogServerProcess.class.getName(),
                            url,
                            raw.toString(),
                            stage.name(),
                            Integer.toString(visit))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            in = new DataOutputStream(new java.io.BufferedOutputStream(process.getOutputStream()));
            port.onReceive(LogBatch.class, this::write);
            Thread.ofPlatform().daemon().start(() -> read(port));
        }

        private synchronized void write(Received<LogBatch> received) {
            LogBatch batch = received.message();
            try {
                in.writeUTF(received.sender().toString());
                in.writeUTF(batch.customer());
                in.writeLong(batch.spool());
                in.writeLong(batch.batch());
                in.writeInt(batch.records());
                in.writeInt(batch.zstd().length);
                in.write(batch.zstd());
                in.flush();
            } catch (IOException e) {
                // It is dead: what was sent to it is lost.
            }
        }

        private void read(DatagramPort port) {
            try (DataInputStream out = new DataInputStream(process.getInputStream())) {
                while (true) {
                    int kind = out.readByte();
                    String[] to = out.readUTF().split("/");
                    long spool = out.readLong();
                    long batch = out.readLong();
                    if (kind == LogServerProcess.STANDS) {
                        stands = true;
                    } else {
                        port.send(NodeName.of(to[0]), new LogAck(to[1], spool, List.of(batch), false));
                    }
                }
            } catch (EOFException e) {
                // killed
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() throws Exception {
            process.toHandle().destroyForcibly();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }
}
