package org.popnet.dns.knowledge;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.Latencies;
import org.popnet.dns.steering.TargetStates;
import org.popnet.dns.steering.Topology;
import org.popnet.dns.zone.ZoneSnapshot;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.Location;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Pop;
import org.popnet.platform.tree.SteeringRule;
import org.popnet.platform.tree.VantagePoints;

/** The health of every target of the current tree, judged from what probes report. Guarded by its owner's lock. */
final class HealthTable {
    /** Of a check's interval: results of seldom checks count for longer. */
    private static final int STALE_INTERVALS = 5;
    /** A request that is lost is made up for twice before the first one ends. */
    private static final long WATCH_RENEWED_MS = 20_000;

    private final long staleMs;
    private Map<TargetId, TargetHealth> targets = new HashMap<>();
    /** Where customers' servers are. */
    private Map<TargetId, InetAddress> addresses = Map.of();
    /** Targets that may need more probes to watch, and when these were asked last. */
    private final Map<TargetId, Long> suspects = new LinkedHashMap<>();

    /** @param staleMs how long a result counts at least */
    HealthTable(long staleMs) {
        this.staleMs = staleMs;
    }

    /** Watches the targets of this tree; what is known of those that stay is kept. */
    void follow(ZoneSnapshot zone) {
        NetworkTree tree = zone.tree().tree();
        VantagePoints all = new VantagePoints(tree);
        VantagePoints overIpv6 = VantagePoints.overIpv6(tree);
        SteeringRule nodeRule = tree.rules().getOrDefault("default", SteeringRule.DEFAULT);
        Map<TargetId, TargetHealth> next = new HashMap<>();
        Map<TargetId, InetAddress> places = new HashMap<>();
        // A server is a target of each of its domains, of which there may be thousands.
        Map<String, List<NodeName>> nearestTo = new HashMap<>();
        Map<String, List<NodeName>> nearestOverIpv6 = new HashMap<>();
        for (ZoneSnapshot.Target target : zone.targets()) {
            Domain domain = target.pop() >= 0 ? null : tree.domain(target.id().domain());
            boolean second = target.id().isOverIpv6();
            SteeringRule rule = domain == null ? nodeRule : domain.rule();
            List<NodeName> nearest = (second ? nearestOverIpv6 : nearestTo)
                    .computeIfAbsent(target.id().machine(), machine -> (second ? overIpv6 : all)
                            .nearest(machine, location(tree, zone, target), VantagePoints.ASSIGNED + Watch.STAND_INS));
            Watch watch = Watch.of(rule.rise(), rule.fall(), rule.quorum(), nearest, staleMs(domain));
            TargetHealth known = targets.get(target.id());
            if (known == null) {
                known = new TargetHealth(watch);
            } else {
                known.watch(watch);
            }
            next.put(target.id(), known);
            CustomerServer server = target.pop() >= 0 ? null : serverOf(tree, target.id());
            if (server != null) {
                places.put(target.id(), server.address());
            }
        }
        targets = next;
        addresses = places;
        suspects.keySet().retainAll(next.keySet());
    }

    /** As the probes see it: where a customer's server stands is not in the tree. */
    private static Optional<Location> location(NetworkTree tree, ZoneSnapshot zone, ZoneSnapshot.Target target) {
        if (target.pop() < 0) {
            return Optional.empty();
        }
        Pop pop = tree.pops().get(zone.topology().names().get(target.pop()));
        return pop == null ? Optional.empty() : pop.location();
    }

    private static @Nullable CustomerServer serverOf(NetworkTree tree, TargetId id) {
        String name = id.machine();
        int slash = name.indexOf('/');
        Customer customer = slash < 0 ? null : tree.customers().get(name.substring(0, slash));
        return customer == null ? null : customer.servers().get(name.substring(slash + 1));
    }

    /** Probes report a target as often as the check of it that is most often due. */
    private long staleMs(@Nullable Domain domain) {
        if (domain == null
                || domain.checks().isEmpty()
                || domain.checks().stream()
                        .anyMatch(check -> check.pace().interval().isEmpty())) {
            return staleMs;
        }
        long interval = domain.checks().stream()
                .mapToLong(check -> check.pace().interval().orElseThrow().toMillis())
                .min()
                .orElseThrow();
        return Math.max(staleMs, STALE_INTERVALS * interval);
    }

    /** The targets whose verdict a report changed. */
    List<Transition> take(NodeName probe, List<ServiceResult> results, ZoneSnapshot zone, long nowMs) {
        List<Transition> changed = List.of();
        for (ServiceResult result : results) {
            TargetHealth health = targets.get(result.target());
            if (health == null || result.lagged() || result.ageMs() > health.staleMs()) {
                continue;
            }
            health.take(probe, result, nowMs - Math.max(0, result.ageMs()));
            if (!result.up() && health.watch().isAssigned(probe)) {
                suspects.putIfAbsent(result.target(), nowMs - WATCH_RENEWED_MS);
            }
            if (health.judge(nowMs, distance(zone, result.target()))) {
                changed = new ArrayList<>(changed);
                changed.add(new Transition(result.target(), health.state(), result.reason()));
            }
        }
        return changed;
    }

    /**
     * Who is to be asked to watch what, because it fails.
     *
     * @param most targets at most in one call
     */
    Map<NodeName, List<TargetId>> wanted(long nowMs, int most) {
        Map<NodeName, List<TargetId>> asked = new HashMap<>();
        List<TargetId> renewed = new ArrayList<>();
        Iterator<Map.Entry<TargetId, Long>> waiting = suspects.entrySet().iterator();
        while (waiting.hasNext() && renewed.size() < most) {
            Map.Entry<TargetId, Long> suspect = waiting.next();
            if (nowMs - suspect.getValue() < WATCH_RENEWED_MS) {
                continue;
            }
            TargetHealth health = targets.get(suspect.getKey());
            waiting.remove();
            if (health != null && health.suspect(nowMs)) {
                renewed.add(suspect.getKey());
                for (NodeName probe : health.watch().standIns()) {
                    asked.computeIfAbsent(probe, any -> new ArrayList<>()).add(suspect.getKey());
                }
            }
        }
        renewed.forEach(target -> suspects.put(target, nowMs));
        return asked;
    }

    /** A verdict that changed, and what the probe that tipped it said. */
    record Transition(
            TargetId target,
            TargetHealth.State state,
            @Nullable String reason) {}

    private static ToDoubleFunction<VantagePoint> distance(ZoneSnapshot zone, TargetId id) {
        Topology topology = zone.topology();
        int index = zone.indexOf(id);
        int there = index < 0 ? -1 : zone.targets().get(index).pop();
        return point -> {
            int here = topology.indexOf(point.probe().pop());
            if (here < 0) {
                return Double.MAX_VALUE;
            }
            return there >= 0
                    ? topology.estimateMs(here, there)
                    : Double.isNaN(point.responseMs()) ? Double.MAX_VALUE / 2 : point.responseMs();
        };
    }

    /**
     * Compiles what the hot path reads.
     *
     * @param distances from POPs to addresses of servers, as probes measure them regularly
     */
    TargetStates compile(ZoneSnapshot zone, LoadTable load, Latencies distances, long nowMs) {
        int count = zone.targets().size();
        TargetStates states = TargetStates.unknown(count);
        for (int i = 0; i < count; i++) {
            ZoneSnapshot.Target target = zone.targets().get(i);
            String server = target.id().machine();
            states.utilisation()[i] = load.utilisation(server, nowMs);
            states.shed()[i] = load.shed(server, nowMs);
            TargetHealth verdict = verdict(target.id());
            TargetHealth figures = figures(target.id(), nowMs);
            if (verdict != null && figures != null) {
                states.down()[i] = verdict.state() == TargetHealth.State.DOWN;
                states.downSinceMs()[i] = verdict.sinceMs();
                states.settled()[i] = figures.settled(nowMs);
                if (target.pop() >= 0) {
                    states.responseMs()[i] = responseMs(zone, target.id(), figures, nowMs);
                } else {
                    ServerDistance.of(addresses.get(target.id()), zone.topology(), figures, distances, nowMs)
                            .into(states, i);
                }
            }
        }
        return states;
    }

    /** A second address that nobody has judged yet is as the first one is: probes of an older release watch no second. */
    private @Nullable TargetHealth verdict(TargetId id) {
        TargetHealth own = targets.get(id);
        return own != null && own.state() == TargetHealth.State.UNKNOWN ? targets.get(id.first()) : own;
    }

    /**
     * Both addresses are one server at one place: what the first one measures counts for both as long as it is measured,
     * so that a client is steered to the same server by either family.
     */
    private @Nullable TargetHealth figures(TargetId id, long nowMs) {
        TargetHealth first = targets.get(id.first());
        return first != null && first.isMeasured(nowMs) ? first : targets.get(id);
    }

    /** The response time, as the nearest probe sees it: of a node one of its own POP as a rule; 0 if unknown. */
    static float responseMs(ZoneSnapshot zone, TargetId id, TargetHealth health, long nowMs) {
        ToDoubleFunction<VantagePoint> distance = distance(zone, id);
        double nearest = Double.POSITIVE_INFINITY;
        float response = 0;
        for (VantagePoint point : health.points()) {
            double away = distance.applyAsDouble(point);
            if (health.measured(point, nowMs) && away < nearest) {
                nearest = away;
                response = (float) point.responseMs();
            }
        }
        return response;
    }

    Map<TargetId, TargetHealth> targets() {
        return targets;
    }

    /** Takes up a verdict from before a restart, unless the target is gone. */
    void restore(TargetId target, TargetHealth.State state, long sinceMs) {
        TargetHealth health = targets.get(target);
        if (health != null && health.state() == TargetHealth.State.UNKNOWN) {
            health.restore(state, sinceMs);
        }
    }
}
