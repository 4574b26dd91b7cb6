package org.popnet.netview.backend;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.flush.FlushOrder;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Service;
import org.springframework.stereotype.Component;

/** Orders flushes from the admin service and follows them. */
@Component
public class FlushDesk {
    private static final int SITES_MAX = 20;
    private static final Comparator<Flushed> NEWEST_FIRST = Comparator.comparing(
                    Flushed::requestedAt, Comparator.nullsLast(Comparator.<Instant>reverseOrder()))
            .thenComparing(Flushed::number, Comparator.reverseOrder());
    private final CurrentTree tree;
    private final Backends backends;
    private final Questions questions;

    FlushDesk(CurrentTree tree, Backends backends, Questions questions) {
        this.tree = tree;
        this.backends = backends;
        this.questions = questions;
    }

    private record Request(String site, FlushOrder.Kind kind, String value, String requestedBy) {}

    /** Orders a flush; the answer is its record, not yet done. */
    public Reply<Flushed> order(String site, FlushOrder.Kind kind, String value, String requestedBy) {
        return ask(
                        admin -> backends.post(
                                admin, "/flushes", new Request(site, kind, value, requestedBy), Flushed.class),
                        "Nothing was flushed: caches still serve what they hold.")
                .join();
    }

    /** How a flush stands; empty if there is no such flush. */
    public Pending<Optional<Flushed>> follow(String site, long number) {
        return ask(
                admin -> {
                    try {
                        return Optional.of(backends.get(
                                admin, "/flushes/" + TrafficQuery.encoded(site) + "/" + number, Flushed.class));
                    } catch (BackendException e) {
                        if (e.status() == 404) {
                            return Optional.empty();
                        }
                        throw e;
                    }
                },
                "The flush itself goes on: nodes apply it, or catch up before they serve again.");
    }

    /**
     * The latest flushes of these sites, newest first.
     *
     * @param sites beyond the first 20 they are not asked for
     */
    public Pending<List<Flushed>> latest(List<String> sites, int limit) {
        List<Pending<Flushed[]>> asked = sites.stream()
                .limit(SITES_MAX)
                .map(site -> ask(
                        admin -> backends.get(
                                admin,
                                "/flushes?site=" + TrafficQuery.encoded(site) + "&limit=" + limit,
                                Flushed[].class),
                        "What was flushed stays flushed; only its history is missing for now."))
                .toList();
        return () -> merged(asked.stream().map(Pending::join).toList(), limit);
    }

    private static Reply<List<Flushed>> merged(List<Reply<Flushed[]>> replies, int limit) {
        List<Flushed> all = new ArrayList<>();
        for (Reply<Flushed[]> reply : replies) {
            Flushed[] ofSite = reply.value();
            if (ofSite == null) {
                return Reply.failed(Objects.requireNonNull(reply.problem()));
            }
            all.addAll(List.of(ofSite));
        }
        all.sort(NEWEST_FIRST);
        return Reply.of(List.copyOf(all.subList(0, Math.min(limit, all.size()))));
    }

    private interface Question<T> {
        T to(Node admin);
    }

    private <T> Pending<T> ask(Question<T> question, String means) {
        Optional<Node> admin = tree.get().tree().nodes(Service.ADMIN).findFirst();
        if (admin.isEmpty()) {
            return Pending.of(Reply.failed(new Problem(
                    "The network has no admin service.",
                    means,
                    "An administrator adds a node of service admin to network.yml.")));
        }
        return questions.ask(
                () -> question.to(admin.get()),
                failure -> new Problem(
                        failure.isOfTheNode()
                                ? "The admin service " + admin.get().name() + " does not answer."
                                : "The admin service refused: " + failure.getMessage(),
                        means,
                        failure.isOfTheNode() ? "Try again in a minute." : "Correct it and try again."));
    }
}
