package org.popnet.bench.failover;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.popnet.bench.Figures;
import org.popnet.bench.MeasuredNode;
import org.popnet.local.LocalNetwork;
import org.popnet.local.process.Place;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Service;
import org.xbill.DNS.Name;

/**
 * The demo network without what failover needs not, and whoever asks all of its name servers from all places. Users of each
 * place belong to the edge of their POP.
 */
final class MeasuredFailover implements AutoCloseable {
    private static final int INSTANCE = 86;
    private static final List<String> DOMAINS =
            List.of("static.customer1.example.", "www.customer2.example.", "download.customer2.example.");
    private static final Map<String, String> EDGES =
            Map.of("california", "edge1.westusa", "newyork", "edge1.eastusa", "paris", "edge1.europe");
    private static final String[] NODES = {
        "admin.hq",
        "log.hq",
        "dns.westusa",
        "dns.eastusa",
        "probe.westusa",
        "probe.eastusa",
        "probe.europe",
        "edge1.westusa",
        "edge1.eastusa",
        "edge1.europe"
    };

    static final List<String> PROBES = List.of("probe.westusa", "probe.eastusa", "probe.europe");
    static final String VICTIM = "edge1.europe";

    private static final Duration HEALTHY = Duration.ofMinutes(3);
    /** How long a server must have been away from all answers to be gone for good. */
    private static final Duration GONE = Duration.ofSeconds(4);

    private static final Duration GONE_AT_LAST = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(100);
    /** So many answers in a row must be the usual ones, from each name server, until the network counts as settled. */
    private static final int SETTLED_ANSWERS = 200;

    private final LocalNetwork network;
    private final Consumer<String> progress;
    private final List<Asker> askers = new ArrayList<>();
    private final Random random = new Random(1);

    /** @param seconds from the failure to the first moment from which no answer of any name server had the server */
    record Gone(double seconds, int answers, int unanswered) {}

    /** @param changed answers that were not the usual ones */
    record Disturbed(int answers, int changed, int unanswered) {}

    private MeasuredFailover(LocalNetwork network, Consumer<String> progress) {
        this.network = network;
        this.progress = progress;
    }

    static MeasuredFailover start(Path directory, Consumer<String> progress) throws IOException, InterruptedException {
        MeasuredNode.clear(directory);
        LocalNetwork network = LocalNetwork.builder()
                .instance(INSTANCE)
                .state(directory)
                .only(NODES)
                .demo(EDGES.keySet().toArray(String[]::new))
                .startTimeout(HEALTHY)
                .progress(progress)
                .start();
        MeasuredFailover measured = new MeasuredFailover(network, progress);
        try {
            measured.ask();
            return measured;
        } catch (IOException e) {
            measured.close();
            throw e;
        }
    }

    private void ask() throws IOException {
        List<Name> domains = new ArrayList<>();
        for (String domain : DOMAINS) {
            domains.add(Name.fromString(domain));
        }
        for (Node nameServer : network.tree().nodes(Service.DNS).toList()) {
            InetSocketAddress address = new InetSocketAddress(
                    nameServer.address(), nameServer.ports().dns());
            for (Place place : Place.ALL) {
                InetAddress resolver = place.resolverAddress(network.instance());
                askers.add(new Asker(nameServer.name().toString(), address, place.name(), resolver, domains));
            }
        }
    }

    /** Waits until every place is given the edge of its POP, and nothing else, by every name server. */
    void awaitSettled() throws IOException {
        await("every place is given its own edge", HEALTHY, () -> askers.stream()
                .allMatch(this::isSettled));
    }

    private boolean isSettled(Asker asker) {
        List<Asker.Answer> answers = asker.answers();
        return answers.size() >= SETTLED_ANSWERS
                && answers.subList(answers.size() - SETTLED_ANSWERS, answers.size()).stream()
                        .allMatch(answer -> isUsual(asker, answer));
    }

    private boolean isUsual(Asker asker, Asker.Answer answer) {
        return answer.addresses().size() == 1
                && answer.addresses().contains(address(EDGES.getOrDefault(asker.place(), "")));
    }

    private InetAddress address(String node) {
        return network.node(node).address();
    }

    /** One round: the edge fails at a random moment of the probes' second, leaves the answers, is mended and comes back. */
    Gone round(Failure failure) throws IOException, InterruptedException {
        forget();
        awaitSettled();
        LockSupport.parkNanos(Duration.ofMillis(random.nextInt(1000)).toNanos());
        InetAddress victim = address(VICTIM);
        forget();
        long failed = System.nanoTime();
        failure.befall(network, VICTIM);
        try {
            await(VICTIM + " has left the answers", GONE_AT_LAST, () -> {
                OptionalLong gone = gone(victim, new TreeMap<>(), failed);
                return gone.isPresent() && System.nanoTime() - gone.getAsLong() > GONE.toNanos();
            });
            Map<String, Long> byNameServer = new TreeMap<>();
            long gone = gone(victim, byNameServer, failed).orElseThrow();
            progress.accept("  gone after " + Figures.of((gone - failed) / 1e9) + " s " + words(byNameServer));
            return new Gone((gone - failed) / 1e9, answers(), unanswered());
        } finally {
            failure.mend(network, VICTIM);
        }
    }

    /** The latest over all askers; empty as long as one of them has not seen it leave. */
    private OptionalLong gone(InetAddress victim, Map<String, Long> byNameServer, long failed) {
        long last = failed;
        for (Asker asker : askers) {
            OptionalLong gone = Disappearance.nanos(asker.answers(), victim);
            if (gone.isEmpty()) {
                return gone;
            }
            if (asker.answers().stream().anyMatch(a -> a.addresses().contains(victim))) {
                byNameServer.merge(asker.nameServer(), gone.getAsLong() - failed, Math::max);
                last = Math.max(last, gone.getAsLong());
            }
        }
        return OptionalLong.of(last);
    }

    private static String words(Map<String, Long> nanos) {
        List<String> words = new ArrayList<>();
        nanos.forEach((name, time) -> words.add(name + " " + Figures.of(time / 1e9)));
        return words.toString();
    }

    /** A probe fails, for longer than its results are believed, and is mended; nobody may notice. */
    Disturbed disturb(Failure failure, String probe, Duration fault, Duration afterwards)
            throws IOException, InterruptedException {
        forget();
        awaitSettled();
        forget();
        failure.befall(network, probe);
        try {
            LockSupport.parkNanos(fault.toNanos());
        } finally {
            failure.mend(network, probe);
        }
        LockSupport.parkNanos(afterwards.toNanos());
        int changed = 0;
        for (Asker asker : askers) {
            for (Asker.Answer answer : asker.answers()) {
                changed += isUsual(asker, answer) ? 0 : 1;
            }
        }
        return new Disturbed(answers(), changed, unanswered());
    }

    private void forget() {
        askers.forEach(Asker::forget);
    }

    private int answers() {
        return askers.stream().mapToInt(a -> a.answers().size()).sum();
    }

    private int unanswered() {
        return askers.stream().mapToInt(Asker::unanswered).sum();
    }

    private void await(String what, Duration timeout, BooleanSupplier condition) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                StringBuilder last = new StringBuilder();
                askers.forEach(asker -> last.append("\n  ")
                        .append(asker.nameServer())
                        .append(" to ")
                        .append(asker.place())
                        .append(": ")
                        .append(
                                asker.answers().isEmpty()
                                        ? "nothing"
                                        : asker.answers().getLast().addresses().toString()));
                throw new IOException("not within " + timeout.toSeconds() + " s: " + what + "; last answers:" + last);
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    @Override
    public void close() {
        askers.forEach(Asker::close);
        network.close();
    }
}
