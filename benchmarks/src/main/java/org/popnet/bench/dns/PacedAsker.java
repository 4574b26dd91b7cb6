package org.popnet.bench.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.popnet.bench.Core;
import org.popnet.bench.Figures;
import org.popnet.bench.Programs;
import org.popnet.local.process.Installation;

/**
 * Asks at a fixed rate, whatever comes back, and tells how long answers took: from the moment that a query was due, so
 * that one that had to wait its turn counts as having waited (an open loop; dnsperf prints each answer while it measures).
 * One thread that never sleeps and allocates nothing, in a process of its own on the generator's core.
 *
 * <p>Arguments: address, port, file of queries, queries a second, seconds to warm up, seconds to measure.
 */
final class PacedAsker {
    private static final int SOCKETS = 8;
    private static final int IDS = 1 << 16;
    private static final int ANSWER_BYTES_MAX = 4096;
    /** Of answers taken before it is looked whether a query is due. */
    private static final int TURN = 4;

    private static final long GRACE_NANOS = 1_000_000_000;
    private static final long WINDOW_NANOS = 100_000_000;
    private static final Pattern RESULT =
            Pattern.compile("p50 ([0-9.]+) p99 ([0-9.]+) p999 ([0-9.]+) window ([0-9.]+) asked ([0-9]+) lost ([0-9]+)");

    private final DatagramChannel[] sockets = new DatagramChannel[SOCKETS];
    /** By socket and id: when the query was due; 0 if none is outstanding. */
    private final long[][] due = new long[SOCKETS][IDS];

    private final ByteBuffer queries;
    private final ByteBuffer answer = ByteBuffer.allocateDirect(ANSWER_BYTES_MAX);
    private final long[] nanos;
    /** By answer: in which tenth of a second its query was due. */
    private final int[] window;

    private long begin;
    private int answered;
    private long sent;

    /**
     * What was measured: percentiles in milliseconds, and how many queries were asked and not answered within a second after
     * the last.
     *
     * @param p99OfWindow the 99th percentile of each tenth of a second, and of these the median: what is taken from a
     *     server for some milliseconds, by a host that runs something else, spoils a few of them and not this figure
     */
    record Latencies(double p50, double p99, double p999, double p99OfWindow, long asked, long lost) {}

    private PacedAsker(InetSocketAddress server, Path file, int answersMax) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        queries = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        nanos = new long[answersMax];
        window = new int[answersMax];
        for (int i = 0; i < SOCKETS; i++) {
            sockets[i] = DatagramChannel.open();
            sockets[i].configureBlocking(false);
            sockets[i].connect(server);
        }
    }

    /** Runs it on the generator's core. */
    static Latencies run(InetSocketAddress server, Path queries, long perSecond, int warmUpSeconds, int seconds)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Installation.java().toString(),
                "-XX:+UseSerialGC",
                "-Xms256m",
                "-cp",
                System.getProperty("java.class.path"),
                PacedAsker.class.getName(),
                server.getAddress().getHostAddress(),
                Integer.toString(server.getPort()),
                queries.toString(),
                Long.toString(perSecond),
                Integer.toString(warmUpSeconds),
                Integer.toString(seconds)));
        String output = Programs.output(Core.GENERATOR.command(command));
        Matcher result = RESULT.matcher(output);
        if (!result.find()) {
            throw new IOException("the asker says: " + output.substring(0, Math.min(500, output.length())));
        }
        return new Latencies(
                Double.parseDouble(result.group(1)),
                Double.parseDouble(result.group(2)),
                Double.parseDouble(result.group(3)),
                Double.parseDouble(result.group(4)),
                Long.parseLong(result.group(5)),
                Long.parseLong(result.group(6)));
    }

    public static void main(String... arguments) throws IOException {
        InetSocketAddress server =
                new InetSocketAddress(InetAddress.ofLiteral(arguments[0]), Integer.parseInt(arguments[1]));
        long perSecond = Long.parseLong(arguments[3]);
        int warmUp = Integer.parseInt(arguments[4]);
        int seconds = Integer.parseInt(arguments[5]);
        PacedAsker asker = new PacedAsker(
                server, Path.of(arguments[2]), Math.toIntExact(perSecond * Math.max(warmUp, seconds) * 2));
        asker.ask(perSecond, warmUp);
        System.out.println(asker.ask(perSecond, seconds));
    }

    private String ask(long perSecond, int seconds) throws IOException {
        int socket = 0;
        answered = 0;
        sent = 0;
        for (long[] outstanding : due) {
            Arrays.fill(outstanding, 0);
        }
        long total = perSecond * seconds;
        begin = System.nanoTime();
        long end = begin + seconds * 1_000_000_000L + GRACE_NANOS;
        for (long now = begin; now < end && (sent < total || answered < total); now = System.nanoTime()) {
            long dueAt = begin + (long) (sent * 1e9 / perSecond);
            if (sent < total && now >= dueAt) {
                send(dueAt);
            }
            for (int i = 0; i < TURN && receive(socket); i++) {
                // until there is nothing left, or something to send
            }
            socket = (socket + 1) % SOCKETS;
        }
        double ofWindow = ofWindow(seconds);
        Arrays.sort(nanos, 0, answered);
        return "p50 %.3f p99 %.3f p999 %.3f window %.3f asked %d lost %d"
                .formatted(
                        percentile(nanos, answered, 0.5),
                        percentile(nanos, answered, 0.99),
                        percentile(nanos, answered, 0.999),
                        ofWindow,
                        sent,
                        sent - answered);
    }

    private void send(long dueAt) throws IOException {
        int socket = (int) (sent % SOCKETS);
        int id = (int) (sent / SOCKETS % IDS);
        if (queries.remaining() < 2) {
            queries.rewind();
        }
        int length = Short.toUnsignedInt(queries.getShort());
        int at = queries.position();
        queries.putShort(at, (short) id);
        int limit = queries.limit();
        queries.limit(at + length);
        due[socket][id] = dueAt;
        sockets[socket].write(queries);
        queries.limit(limit).position(at + length);
        sent++;
    }

    private boolean receive(int socket) throws IOException {
        answer.clear();
        if (sockets[socket].read(answer) <= 0) {
            return false;
        }
        int id = Short.toUnsignedInt(answer.getShort(0));
        long dueAt = due[socket][id];
        if (dueAt != 0 && answered < nanos.length) {
            nanos[answered] = System.nanoTime() - dueAt;
            window[answered++] = (int) ((dueAt - begin) / WINDOW_NANOS);
            due[socket][id] = 0;
        }
        return true;
    }

    private double ofWindow(int seconds) {
        List<Double> each = new ArrayList<>();
        for (int w = 0; w < seconds * 1_000_000_000L / WINDOW_NANOS; w++) {
            int wanted = w;
            long[] sorted = IntStream.range(0, answered)
                    .filter(i -> window[i] == wanted)
                    .mapToLong(i -> nanos[i])
                    .sorted()
                    .toArray();
            each.add(percentile(sorted, sorted.length, 0.99));
        }
        return Figures.median(each);
    }

    private static double percentile(long[] sorted, int count, double share) {
        return count == 0 ? Double.NaN : sorted[Math.min(count - 1, (int) (count * share))] / 1e6;
    }
}
