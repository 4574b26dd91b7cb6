package org.popnet.log.completeness;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.popnet.log.traffic.LoadBoard;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Service;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Up to when a customer's figures are whole. Every batch says how many its sender has cut, so a sender is whole up to
 * the last moment at which all those were here; one that is whole and reports its load has had nothing since. The figure
 * is the minimum over all senders. A sender that fell silent holds it back (its records may be in its spool), for an
 * hour; then it is listed as silent and no longer waited for.
 */
@Component
public class Completeness {
    /** A sender cuts batches every second; with the way and the commit, younger requests may be missing. */
    static final Duration LAG = Duration.ofSeconds(2);
    /** After this a silent sender is no longer waited for. */
    static final Duration SILENT = Duration.ofHours(1);

    private final SenderStates states;
    private final LoadBoard loads;
    private final CurrentTree tree;
    private final InstantSource clock;
    private final Map<String, Instant> last = new ConcurrentHashMap<>();

    Completeness(SenderStates states, LoadBoard loads, CurrentTree tree, InstantSource clock) {
        this.states = states;
        this.loads = loads;
        this.tree = tree;
        this.clock = clock;
    }

    /**
     * One sender's part.
     *
     * @param missing batch numbers, as PostgreSQL writes ranges
     * @param state {@code COMPLETE}, {@code BEHIND} while batches are missing, {@code SILENT}, or {@code REPLACED} by a
     *     newer spool of the same node
     * @param lostRecords how many records found no room in this spool: no batch will bring them
     * @param lostFrom time of the earliest of them, by the sender's clock
     * @param lostTo time of the latest
     */
    public record SenderReport(
            String node,
            String spool,
            String state,
            long newestBatch,
            long completeToBatch,
            String missing,
            long records,
            long bytesOut,
            long rejectedBatches,
            long lostRecords,
            @Nullable Instant lostFrom,
            @Nullable Instant lostTo,
            @Nullable Instant dataUpTo,
            Instant lastReceived) {}

    /** By node, the newest spool first. */
    List<SenderReport> senders(String customer) {
        List<SenderReport> reports = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (SenderState state : states.findByCustomerOrderByNodeAscFirstSeenDesc(customer)) {
            boolean newest = seen.add(state.node);
            Instant upTo = upTo(state);
            reports.add(new SenderReport(
                    state.node,
                    Long.toString(state.spool),
                    newest ? stateOf(state) : "REPLACED",
                    state.newestBatch,
                    state.completeTo,
                    state.missing,
                    state.records,
                    state.bytesOut,
                    state.rejected,
                    state.lost,
                    state.lostFrom,
                    state.lostTo,
                    upTo,
                    state.lastReceived));
        }
        return reports;
    }

    private String stateOf(SenderState state) {
        if (isSilent(state)) {
            return "SILENT";
        }
        return state.isComplete() ? "COMPLETE" : "BEHIND";
    }

    /** How far behind the present a figure can be whole. */
    public static Duration lag() {
        return LAG;
    }

    /** Empty if nobody has sent anything and nobody could have. */
    public Optional<Instant> dataUpTo(String customer) {
        Optional<Instant> upTo = compute(customer);
        upTo.ifPresent(t -> last.put(customer, t));
        return upTo;
    }

    /** As {@link #dataUpTo}, or what that said last when the database does not answer. */
    public Optional<Instant> dataUpToFromMemory(String customer) {
        try {
            return dataUpTo(customer);
        } catch (DataAccessException | TransactionException e) {
            return Optional.ofNullable(last.get(customer));
        }
    }

    /** How many requests may be missing in the figures of a time, because edges had no room for them: at most so many. */
    public long lostRequests(String customer, Instant from, Instant to) {
        return states.findByCustomerOrderByNodeAscFirstSeenDesc(customer).stream()
                .filter(state -> logsRequests(state.node) && state.hasLostOf(from, to))
                .mapToLong(state -> state.lost)
                .sum();
    }

    /** Name servers' spools hold queries; who is not in the tree any more may have been an edge. */
    private boolean logsRequests(String node) {
        return tree.get()
                .tree()
                .node(NodeName.of(node))
                .map(known -> known.service() == Service.EDGE_CACHE)
                .orElse(true);
    }

    private Optional<Instant> compute(String customer) {
        Set<String> seen = new HashSet<>();
        Optional<Instant> earliest = Optional.empty();
        for (SenderState state : states.findByCustomerOrderByNodeAscFirstSeenDesc(customer)) {
            if (seen.add(state.node) && !isSilent(state)) {
                earliest = earlier(earliest, upTo(state));
            }
        }
        List<NodeName> edges = tree.get()
                .tree()
                .nodes(Service.EDGE_CACHE)
                .map(n -> n.name())
                .filter(n -> !seen.contains(n.toString()))
                .toList();
        for (NodeName edge : edges) {
            OptionalLong heard = loads.lastHeardMs(edge);
            if (heard.isPresent()) {
                earliest = earlier(
                        earliest, Instant.ofEpochMilli(heard.getAsLong()).minus(LAG));
            }
        }
        return earliest;
    }

    private static Optional<Instant> earlier(Optional<Instant> one, Instant other) {
        return one.isPresent() && one.get().isBefore(other) ? one : Optional.of(other);
    }

    private Instant upTo(SenderState state) {
        OptionalLong heard = loads.lastHeardMs(NodeName.of(state.node));
        Instant whole = state.completeAt == null ? state.firstSeen : state.completeAt;
        if (state.isComplete() && heard.isPresent()) {
            Instant reported = Instant.ofEpochMilli(heard.getAsLong());
            whole = reported.isAfter(whole) ? reported : whole;
        }
        return whole.minus(LAG);
    }

    private boolean isSilent(SenderState state) {
        return loads.lastHeardMs(NodeName.of(state.node)).isEmpty()
                && state.lastReceived.plus(SILENT).isBefore(clock.instant());
    }
}
