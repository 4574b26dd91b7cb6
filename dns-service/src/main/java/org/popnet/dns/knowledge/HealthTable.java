package org.popnet.dns.knowledge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.TargetStates;
import org.popnet.dns.steering.Topology;
import org.popnet.dns.zone.ZoneSnapshot;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Service;
import org.popnet.platform.tree.SteeringRule;

/** The health of every target of the current tree, judged from what probes report. Guarded by its owner's lock. */
final class HealthTable {
    /** Of a check's interval: results of seldom checks count for longer. */
    private static final int STALE_INTERVALS = 5;

    private final long staleMs;
    private Map<TargetId, TargetHealth> targets = new HashMap<>();

    /** @param staleMs how long a result counts at least */
    HealthTable(long staleMs) {
        this.staleMs = staleMs;
    }

    /** Watches the targets of this tree; what is known of those that stay is kept. */
    void follow(ZoneSnapshot zone) {
        NetworkTree tree = zone.tree().tree();
        int probes = (int) tree.nodes(Service.PROBE).count();
        SteeringRule nodeRule = tree.rules().getOrDefault("default", SteeringRule.DEFAULT);
        Map<TargetId, TargetHealth> next = new HashMap<>();
        for (ZoneSnapshot.Target target : zone.targets()) {
            Domain domain = target.pop() >= 0 ? null : domainOf(tree, target.id());
            SteeringRule rule = domain == null ? nodeRule : domain.rule();
            Watch watch = Watch.of(rule.rise(), rule.fall(), rule.quorum(), probes, staleMs(domain));
            TargetHealth known = targets.get(target.id());
            if (known == null) {
                known = new TargetHealth(watch);
            } else {
                known.watch(watch);
            }
            next.put(target.id(), known);
        }
        targets = next;
    }

    private static @Nullable Domain domainOf(NetworkTree tree, TargetId server) {
        String text = server.text();
        return tree.domain(text.substring(text.lastIndexOf('/') + 1));
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
            if (health.judge(nowMs, distance(zone, result.target()))) {
                changed = new ArrayList<>(changed);
                changed.add(new Transition(result.target(), health.state(), result.reason()));
            }
        }
        return changed;
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

    /** Whose load counts for a target: the node, or the customer's server whatever the domain. */
    static String loadName(TargetId id) {
        String text = id.text();
        int colon = text.indexOf(':');
        return text.startsWith("server:")
                ? text.substring(colon + 1, text.lastIndexOf('/'))
                : text.substring(colon + 1);
    }

    /** Compiles what the hot path reads. */
    TargetStates compile(ZoneSnapshot zone, LoadTable load, long nowMs) {
        int count = zone.targets().size();
        TargetStates states = TargetStates.unknown(count);
        for (int i = 0; i < count; i++) {
            ZoneSnapshot.Target target = zone.targets().get(i);
            String server = loadName(target.id());
            states.utilisation()[i] = load.utilisation(server, nowMs);
            states.shed()[i] = load.shed(server, nowMs);
            TargetHealth health = targets.get(target.id());
            if (health != null) {
                states.down()[i] = health.state() == TargetHealth.State.DOWN;
                states.downSinceMs()[i] = health.sinceMs();
                states.settled()[i] = health.settled(nowMs);
                responses(zone, target, health, states, i, nowMs);
            }
        }
        return states;
    }

    private void responses(
            ZoneSnapshot zone,
            ZoneSnapshot.Target target,
            TargetHealth health,
            TargetStates states,
            int index,
            long nowMs) {
        ToDoubleFunction<VantagePoint> distance = distance(zone, target.id());
        double nearest = Double.POSITIVE_INFINITY;
        float[] byPop = states.distanceFromMs()[index];
        for (VantagePoint point : health.points()) {
            if (Double.isNaN(point.responseMs()) || !health.fresh(point, nowMs)) {
                continue;
            }
            double away = distance.applyAsDouble(point);
            if (away < nearest) {
                nearest = away;
                states.responseMs()[index] = (float) point.responseMs();
            }
            int pop = zone.topology().indexOf(point.probe().pop());
            if (target.pop() < 0 && pop >= 0) {
                byPop = byPop.length == 0 ? unknown(zone.topology().pops()) : byPop;
                byPop[pop] = (float) point.responseMs();
            }
        }
        states.distanceFromMs()[index] = byPop;
    }

    private static float[] unknown(int pops) {
        float[] all = new float[pops];
        Arrays.fill(all, Float.NaN);
        return all;
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
