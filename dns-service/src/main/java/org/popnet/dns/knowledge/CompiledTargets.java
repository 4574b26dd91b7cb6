package org.popnet.dns.knowledge;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.Latencies;
import org.popnet.dns.steering.TargetStates;
import org.popnet.dns.zone.ZoneSnapshot;
import org.popnet.platform.message.TargetId;

/**
 * What the hot path reads of the targets of one tree, kept up to date target by target: a target is compiled anew when a
 * report was about it, when the way to its server was measured, or when something that it was compiled from has become
 * too old; nothing is done for the others. Confined to its table's lock; what it hands out is never changed.
 *
 * <p>There may be tens of thousands of targets, and all of them at once would keep a processor for longer than an answer
 * may take: whoever can wait asks for a part of what is due ({@link #compileDue}).
 */
final class CompiledTargets {
    /** Of a target that is to be compiled at the next opportunity. */
    private static final long DUE = Long.MIN_VALUE;

    private static final int[] NO_TARGETS = {};

    private final ZoneSnapshot zone;
    private final long expiryMs;
    private final TargetHealth[] own;
    /** By target, the health at its machine's first address; its own for nearly all. */
    private final TargetHealth[] first;
    /** By target, the one at the second address of the same; -1 if there is none. */
    private final int[] second;
    /** Where customers' servers are; null for nodes, and for what is gone from the tree. */
    private final @Nullable InetAddress[] addresses;

    private final String[] machines;
    private final int[][] targetsOfMachine;
    private final Map<InetAddress, int[]> targetsAt;

    /** By target, from when on what was compiled no longer holds, though nobody reported. */
    private final long[] dueMs;

    /** Where the search for what is due goes on. */
    private int cursor;
    /** Changed in place. */
    private final TargetStates states;

    private TargetStates published;
    private boolean changed;

    /**
     * @param healths of all targets of the tree
     * @param addresses where customers' servers are
     * @param expiryMs how long a measured way counts
     */
    CompiledTargets(
            ZoneSnapshot zone,
            Map<TargetId, TargetHealth> healths,
            Map<TargetId, InetAddress> addresses,
            long expiryMs) {
        List<ZoneSnapshot.Target> targets = zone.targets();
        int count = targets.size();
        this.zone = zone;
        this.expiryMs = expiryMs;
        this.own = new TargetHealth[count];
        this.first = new TargetHealth[count];
        this.second = new int[count];
        this.addresses = new InetAddress[count];
        Map<String, List<Integer>> ofMachine = new LinkedHashMap<>();
        Map<InetAddress, List<Integer>> at = new HashMap<>();
        for (int i = 0; i < count; i++) {
            TargetId id = targets.get(i).id();
            TargetHealth health = Objects.requireNonNull(healths.get(id), "every target of the tree is watched");
            own[i] = health;
            first[i] = id.isOverIpv6() ? healths.getOrDefault(id.first(), health) : health;
            second[i] = id.isOverIpv6() ? -1 : zone.indexOf(id.overIpv6());
            ofMachine.computeIfAbsent(id.machine(), any -> new ArrayList<>()).add(i);
            InetAddress address = addresses.get(id);
            this.addresses[i] = address;
            if (address != null) {
                at.computeIfAbsent(address, any -> new ArrayList<>()).add(i);
            }
        }
        machines = ofMachine.keySet().toArray(String[]::new);
        targetsOfMachine =
                ofMachine.values().stream().map(CompiledTargets::array).toArray(int[][]::new);
        targetsAt = new HashMap<>();
        at.forEach((address, indices) -> targetsAt.put(address, array(indices)));
        dueMs = new long[count];
        Arrays.fill(dueMs, DUE);
        states = TargetStates.unknown(count);
        published = states.copy();
    }

    private static int[] array(List<Integer> indices) {
        return indices.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The tree whose targets these are. */
    ZoneSnapshot zone() {
        return zone;
    }

    int count() {
        return own.length;
    }

    /** The health of the target with this index. */
    TargetHealth health(int target) {
        return own[target];
    }

    /** Compiles a target that somebody has reported of, and its second address, which goes by what the first one measures. */
    void reported(int target, Latencies distances, long nowMs) {
        compile(target, distances, nowMs);
        if (second[target] >= 0) {
            compile(second[target], distances, nowMs);
        }
    }

    /** The way to this address was measured: all targets there are due. */
    void measured(InetAddress address) {
        for (int target : targetsAt.getOrDefault(address, NO_TARGETS)) {
            dueMs[target] = DUE;
        }
    }

    /** The target is due, and its second address with it. */
    void due(TargetId id) {
        int target = zone.indexOf(id);
        if (target >= 0) {
            dueMs[target] = DUE;
            if (second[target] >= 0) {
                dueMs[second[target]] = DUE;
            }
        }
    }

    /**
     * Compiles what is due.
     *
     * @param most so many at most
     * @return whether nothing is left
     */
    boolean compileDue(int most, Latencies distances, long nowMs) {
        int left = most;
        for (int looked = 0; looked < dueMs.length; looked++) {
            cursor = cursor + 1 < dueMs.length ? cursor + 1 : 0;
            if (dueMs[cursor] <= nowMs) {
                if (left == 0) {
                    return false;
                }
                left--;
                compile(cursor, distances, nowMs);
            }
        }
        return true;
    }

    /** Takes up how busy machines are. */
    void load(LoadTable loads, long nowMs) {
        for (int i = 0; i < machines.length; i++) {
            int[] targets = targetsOfMachine[i];
            float utilisation = loads.utilisation(machines[i], nowMs);
            float shed = loads.shed(machines[i], nowMs);
            int any = targets[0];
            if (utilisation != states.utilisation()[any] || shed != states.shed()[any]) {
                changed = true;
                for (int target : targets) {
                    states.utilisation()[target] = utilisation;
                    states.shed()[target] = shed;
                }
            }
        }
    }

    /** What is compiled by now: the very same as long as nothing changed. */
    TargetStates publish() {
        if (changed) {
            changed = false;
            published = states.copy();
        }
        return published;
    }

    private void compile(int target, Latencies distances, long nowMs) {
        // A second address that nobody has judged yet is as the first one is: probes of an older release watch no
        // second.
        TargetHealth verdict = own[target].state() == TargetHealth.State.UNKNOWN ? first[target] : own[target];
        // Both addresses are one server at one place: what the first one measures counts for both as long as it is
        // measured, so that a client is steered to the same server by either family.
        TargetHealth figures = first[target].isMeasured(nowMs) ? first[target] : own[target];
        boolean down = verdict.state() == TargetHealth.State.DOWN;
        boolean settled = figures.settled(nowMs);
        changed |= states.down()[target] != down
                || states.downSinceMs()[target] != verdict.sinceMs()
                || states.settled()[target] != settled;
        states.down()[target] = down;
        states.downSinceMs()[target] = verdict.sinceMs();
        states.settled()[target] = settled;
        long until = Math.min(own[target].freshUntilMs(nowMs), first[target].freshUntilMs(nowMs));
        int pop = zone.targets().get(target).pop();
        if (pop >= 0) {
            responseMs(target, figures.responseMs(pop, zone.topology(), nowMs));
        } else {
            ServerDistance distance = ServerDistance.of(addresses[target], zone.topology(), figures, distances, nowMs);
            responseMs(target, distance.ownMs());
            changed |= !Arrays.equals(states.distanceFromMs()[target], distance.ms())
                    || !Arrays.equals(states.lossFromPercent()[target], distance.lossPercent());
            states.distanceFromMs()[target] = distance.ms();
            states.lossFromPercent()[target] = distance.lossPercent();
            if (distance.oldestMs() >= 0) {
                until = Math.min(until, nowMs - distance.oldestMs() + expiryMs);
            }
        }
        dueMs[target] = until == Long.MAX_VALUE ? until : until + 1;
    }

    private void responseMs(int target, float ms) {
        changed |= states.responseMs()[target] != ms;
        states.responseMs()[target] = ms;
    }
}
