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
 * <p>It, too, can be kept from running, by its host or by another process, and then asks late and reads late, and asks all
 * that was due meanwhile at once. It notices by its own clock. What was outstanding or due while it was away or behind, or
 * within as long a time after, when a server works off what came at once, says nothing about a server: it is not measured
 * but told apart. Which queries these are does not depend on answers.
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
    /** A turn takes some microseconds; whoever needs so long for one was not running, whoever asks so late is behind. */
    private static final long AWAY_NANOS = 200_000;

    private static final Pattern RESULT = Pattern.compile(
            "p50 ([0-9.]+) p99 ([0-9.]+) p999 ([0-9.]+) window ([0-9.]+) asked ([0-9]+) apart ([0-9]+) lost ([0-9]+)");

    private final DatagramChannel[] sockets = new DatagramChannel[SOCKETS];
    /** By socket and id: when the query was due; 0 if none is outstanding. */
    private final long[][] due = new long[SOCKETS][IDS];

    private final ByteBuffer queries;
    private final ByteBuffer answer = ByteBuffer.allocateDirect(ANSWER_BYTES_MAX);
    private final long[] nanos;
    /** By answer: in which tenth of a second its query was due. */
    private final int[] window;

    private long total;
    private double intervalNanos;
    private long begin;
    /** When the last turn began. */
    private long before;
    /** When the last turn began that was in time. */
    private long behindSince;
    /** Of the sockets, which is read in the next turn. */
    private int next;

    private int measured;
    /** Answered, but not measured. */
    private int apart;

    private long sent;
    /** Queries due before this are told apart. */
    private long disturbedUntil;

    /**
     * What was measured: percentiles in milliseconds, and how many queries were asked and not answered within a second after
     * the last.
     *
     * @param apart of those asked and answered, how many were not measured since the asker was away
     * @param p99OfWindow the 99th percentile of each tenth of a second, and of these the median: what is taken from a
     *     server for some milliseconds, by a host that runs something else, spoils a few of them and not this figure
     */
    record Latencies(double p50, double p99, double p999, double p99OfWindow, long asked, long apart, long lost) {
        /** How many were not measured, in percent. */
        double percentApart() {
            return 100.0 * apart / asked;
        }
    }

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
                "-XX:TieredStopAtLevel=1", // the other compiler would take the asker's core from it for milliseconds
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
                Long.parseLong(result.group(6)),
                Long.parseLong(result.group(7)));
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
        measured = 0;
        apart = 0;
        sent = 0;
        for (long[] outstanding : due) {
            Arrays.fill(outstanding, 0);
        }
        total = perSecond * seconds;
        intervalNanos = 1e9 / perSecond;
        begin = System.nanoTime();
        before = begin;
        behindSince = begin;
        disturbedUntil = begin;
        long end = begin + seconds * 1_000_000_000L + GRACE_NANOS;
        while (turn() < end && (sent < total || measured + apart < total)) {
            // all is done in the condition, in a method that is compiled as a whole
        }
        double ofWindow = ofWindow(seconds);
        Arrays.sort(nanos, 0, measured);
        return "p50 %.3f p99 %.3f p999 %.3f window %.3f asked %d apart %d lost %d"
                .formatted(
                        percentile(nanos, measured, 0.5),
                        percentile(nanos, measured, 0.99),
                        percentile(nanos, measured, 0.999),
                        ofWindow,
                        sent,
                        apart,
                        sent - measured - apart);
    }

    /** Sends what is due and receives what has come. */
    private long turn() throws IOException {
        long now = System.nanoTime();
        long dueAt = begin + (long) (sent * intervalNanos);
        long late = Math.max(now - before, sent < total ? now - dueAt : 0);
        before = now;
        if (late <= AWAY_NANOS) {
            behindSince = now;
        } else {
            disturbedUntil = now + (now - behindSince);
        }
        if (sent < total && now >= dueAt) {
            send(dueAt);
        }
        for (int i = 0; i < TURN && receive(next); i++) {
            // until there is nothing left, or something to send
        }
        next = (next + 1) % SOCKETS;
        return now;
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
        if (dueAt == 0) {
            return true;
        }
        due[socket][id] = 0;
        if (dueAt < disturbedUntil) {
            apart++;
        } else if (measured < nanos.length) {
            nanos[measured] = System.nanoTime() - dueAt;
            window[measured++] = (int) ((dueAt - begin) / WINDOW_NANOS);
        }
        return true;
    }

    private double ofWindow(int seconds) {
        List<Double> each = new ArrayList<>();
        for (int w = 0; w < seconds * 1_000_000_000L / WINDOW_NANOS; w++) {
            int wanted = w;
            long[] sorted = IntStream.range(0, measured)
                    .filter(i -> window[i] == wanted)
                    .mapToLong(i -> nanos[i])
                    .sorted()
                    .toArray();
            if (sorted.length > 0) {
                each.add(percentile(sorted, sorted.length, 0.99));
            }
        }
        return Figures.median(each);
    }

    private static double percentile(long[] sorted, int count, double share) {
        return count == 0 ? Double.NaN : sorted[Math.min(count - 1, (int) (count * share))] / 1e6;
    }
}
