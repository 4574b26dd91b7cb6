package org.popnet.platform.origin;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.discovery.ServiceAddress;
import org.popnet.platform.discovery.ServiceDiscovery;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.NetworkTree;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ranks by what the name servers say, corrected by what this node itself sees.
 *
 * <p>The name servers' order stands, and the tree's order behind it and until they have answered. Then, in this order:
 * servers whose circuit breaker is open go last, but get one trial request when their pause is over; servers whose first
 * byte takes several times as long as the fastest one's go behind the others; and a server that others are preferred to
 * gets one request now and then, so that there is something to compare with. All state is bounded by the tree: what it
 * no longer names is forgotten when it changes.
 */
final class RankedOrigins implements OriginChoice {
    private static final Logger log = LoggerFactory.getLogger(RankedOrigins.class);

    /** Discovery caches by TTL itself; asking it more often than this gains nothing. */
    private static final long ASK_EVERY_MS = 1_000;
    /** Slower than the fastest by this factor, and by more than this many milliseconds, is slow. */
    private static final double SLOW_FACTOR = 3;

    private static final double SLOW_MS = 5;

    private static final long LOOK_AGAIN_MS = 10_000;
    private static final int LOOK_AGAIN_RANKINGS = 10;

    private final CurrentTree tree;
    private final ServiceDiscovery discovery;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final Executor lookups;
    private final Map<String, Discovered> byDomain = new ConcurrentHashMap<>();
    private final Map<ServerKey, Observed> observed = new ConcurrentHashMap<>();

    /** @param lookups runs the name server queries, which may block for seconds */
    RankedOrigins(
            CurrentTree tree, ServiceDiscovery discovery, InstantSource clock, MeterRegistry meters, Executor lookups) {
        this.tree = tree;
        this.discovery = discovery;
        this.clock = clock;
        this.meters = meters;
        this.lookups = lookups;
        tree.subscribe(next -> () -> forgetAllBut(next));
    }

    @Override
    public List<CustomerServer> ranked(Domain domain) {
        ActiveTree now = tree.get();
        Customer customer = now.tree().customers().get(domain.customer());
        if (customer == null || customer.servers().isEmpty()) {
            return List.of();
        }
        boolean known = domain.equals(now.tree().domain(domain.name()));
        List<CustomerServer> order = known ? discovered(now.tree(), customer, domain) : inTreeOrder(customer);
        return order.size() < 2 ? order : corrected(order);
    }

    private static List<CustomerServer> inTreeOrder(Customer customer) {
        return List.copyOf(customer.servers().values());
    }

    /** The name servers' order; what they do not name follows in the order of the tree. */
    private List<CustomerServer> discovered(NetworkTree tree, Customer customer, Domain domain) {
        Discovered answer = byDomain.computeIfAbsent(domain.name(), n -> new Discovered());
        if (answer.claimAsking(clock.millis())) {
            lookups.execute(() -> ask(answer, domain));
        }
        Set<CustomerServer> order = new LinkedHashSet<>();
        String suffix = "." + customer.name() + ".servers." + tree.zone();
        for (ServiceAddress candidate : answer.addresses) {
            if (candidate.target().endsWith(suffix)) {
                CustomerServer server = customer.servers()
                        .get(candidate.target().substring(0, candidate.target().length() - suffix.length()));
                if (server != null) {
                    order.add(server);
                }
            }
        }
        rankings(order.isEmpty() ? "tree" : "discovered").increment();
        order.addAll(customer.servers().values());
        return List.copyOf(order);
    }

    private void ask(Discovered answer, Domain domain) {
        try {
            answer.addresses =
                    List.copyOf(discovery.origins(domain.name(), tree.self().pop()));
        } catch (RuntimeException e) {
            // the last answer stays; the tree's order stands in for a first one
            log.debug("No ranking of origins for {}", domain.name(), e);
        } finally {
            answer.answered();
        }
    }

    private List<CustomerServer> corrected(List<CustomerServer> order) {
        double fastest = Double.POSITIVE_INFINITY;
        for (CustomerServer server : order) {
            double ms = of(server).outcomes.firstByteMs();
            fastest = ms < fastest ? ms : fastest;
        }
        double slowAbove = Math.max(SLOW_FACTOR * fastest, fastest + SLOW_MS);

        List<CustomerServer> tried = new ArrayList<>(1);
        List<CustomerServer> good = new ArrayList<>(order.size());
        List<CustomerServer> slow = new ArrayList<>(1);
        List<CustomerServer> out = new ArrayList<>(1);
        for (CustomerServer server : order) {
            ServerOutcomes outcomes = of(server).outcomes;
            switch (outcomes.standing()) {
                case TRIAL -> tried.add(server);
                case OUT -> out.add(server);
                case USABLE -> (outcomes.firstByteMs() > slowAbove ? slow : good).add(server);
            }
        }
        good.addAll(slow);
        if (tried.isEmpty()) {
            lookAtAnother(good);
        }
        tried.addAll(good);
        tried.addAll(out);
        return tried;
    }

    private void lookAtAnother(List<CustomerServer> usable) {
        for (int i = 1; i < usable.size(); i++) {
            if (of(usable.get(i)).outcomes.lookAgain(LOOK_AGAIN_MS, LOOK_AGAIN_RANKINGS)) {
                usable.addFirst(usable.remove(i));
                return;
            }
        }
    }

    @Override
    public void succeeded(CustomerServer server, long firstByteNanos) {
        Observed seen = of(server);
        seen.outcomes.succeeded(firstByteNanos);
        seen.successes.increment();
    }

    @Override
    public void failed(CustomerServer server, Throwable cause) {
        Observed seen = of(server);
        seen.outcomes.failed(cause);
        seen.failures.increment();
    }

    private Observed of(CustomerServer server) {
        return observed.computeIfAbsent(ServerKey.of(server), key -> new Observed(key, clock, meters));
    }

    private Counter rankings(String source) {
        return meters.counter("popnet.origin.rankings", "source", source);
    }

    private void forgetAllBut(ActiveTree next) {
        byDomain.keySet().retainAll(next.tree().domains().keySet());
        Set<ServerKey> listed = next.tree().customers().values().stream()
                .flatMap(c -> c.servers().values().stream())
                .map(ServerKey::of)
                .collect(Collectors.toSet());
        observed.forEach((key, seen) -> {
            if (!listed.contains(key) && observed.remove(key, seen)) {
                seen.forget(meters);
            }
        });
    }

    /** What makes a server the same one in two trees. */
    private record ServerKey(String customer, String name, InetSocketAddress address) {
        static ServerKey of(CustomerServer server) {
            return new ServerKey(server.customer(), server.name(), server.socketAddress());
        }
    }

    /** The last answer of the name servers for one domain. */
    private static final class Discovered {
        volatile List<ServiceAddress> addresses = List.of();
        private final AtomicLong askedAtMs = new AtomicLong(Long.MIN_VALUE);
        private volatile boolean asking;

        boolean claimAsking(long nowMs) {
            long asked = askedAtMs.get();
            boolean due = asked == Long.MIN_VALUE || Math.abs(nowMs - asked) >= ASK_EVERY_MS;
            if (!due || asking || !askedAtMs.compareAndSet(asked, nowMs)) {
                return false;
            }
            asking = true;
            return true;
        }

        void answered() {
            asking = false;
        }
    }

    /** One server's outcomes with their meters. */
    private static final class Observed {
        final ServerOutcomes outcomes;
        final Counter successes;
        final Counter failures;
        private final Gauge firstByte;
        private final Gauge out;

        Observed(ServerKey key, InstantSource clock, MeterRegistry meters) {
            outcomes = new ServerOutcomes(key.customer() + "/" + key.name(), clock);
            Tags tags = Tags.of("customer", key.customer(), "server", key.name());
            successes = meters.counter("popnet.origin.requests", tags.and("outcome", "answered"));
            failures = meters.counter("popnet.origin.requests", tags.and("outcome", "failed"));
            firstByte = Gauge.builder("popnet.origin.first.byte", outcomes, ServerOutcomes::firstByteMs)
                    .description("decaying average of the time to the first byte")
                    .baseUnit("milliseconds")
                    .tags(tags)
                    .register(meters);
            out = Gauge.builder("popnet.origin.out", outcomes, o -> o.out() ? 1 : 0)
                    .description("1 while the circuit breaker keeps the server out")
                    .tags(tags)
                    .register(meters);
        }

        void forget(MeterRegistry meters) {
            List.of(successes, failures, firstByte, out).forEach(meters::remove);
        }
    }
}
