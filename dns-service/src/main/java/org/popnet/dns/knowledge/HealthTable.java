package org.popnet.dns.knowledge;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.Latencies;
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
    private final long distanceExpiryMs;
    private Map<TargetId, TargetHealth> targets = new HashMap<>();
    /** Targets that may need more probes to watch, and when these were asked last. */
    private final Map<TargetId, Long> suspects = new LinkedHashMap<>();

    /**
     * @param staleMs how long a result counts at least
     * @param distanceExpiryMs how long the measured way to a server counts
     */
    HealthTable(long staleMs, long distanceExpiryMs) {
        this.staleMs = staleMs;
        this.distanceExpiryMs = distanceExpiryMs;
    }

    /**
     * Watches the targets of this tree; what is known of those that stay is kept.
     *
     * @return what is yet to be compiled of it
     */
    CompiledTargets follow(ZoneSnapshot zone) {
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
        suspects.keySet().retainAll(next.keySet());
        return new CompiledTargets(zone, next, places, distanceExpiryMs);
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

    /**
     * Takes what a probe saw, and compiles the targets that it is about.
     *
     * @param compiled of the tree that is followed
     * @param distances from POPs to servers
     * @return the targets whose verdict it changed
     */
    List<Transition> take(
            NodeName probe, List<ServiceResult> results, CompiledTargets compiled, Latencies distances, long nowMs) {
        ZoneSnapshot zone = compiled.zone();
        List<Transition> changed = List.of();
        for (ServiceResult result : results) {
            int target = zone.indexOf(result.target());
            if (target < 0
                    || result.lagged()
                    || result.ageMs() > compiled.health(target).staleMs()) {
                continue;
            }
            TargetHealth health = compiled.health(target);
            health.take(probe, result, nowMs - Math.max(0, result.ageMs()));
            if (!result.up() && health.watch().isAssigned(probe)) {
                suspects.putIfAbsent(result.target(), nowMs - WATCH_RENEWED_MS);
            }
            if (health.judge(nowMs, zone.targets().get(target).pop(), zone.topology())) {
                changed = changed.isEmpty() ? new ArrayList<>() : changed;
                changed.add(new Transition(result.target(), health.state(), result.reason()));
            }
            compiled.reported(target, distances, nowMs);
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
