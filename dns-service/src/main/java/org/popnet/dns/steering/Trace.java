package org.popnet.dns.steering;

import java.util.ArrayList;
import java.util.List;

/** Why a decision came out as it did; filled only when somebody asks. */
public final class Trace {
    /** The reason of those that are down; who saw what is told by whoever knows. */
    public static final String DOWN = "down";

    /**
     * One term of a score.
     *
     * @param value what was known, in its own unit: ms, per cent, share, cost
     * @param weight the rule's
     * @param ms what it adds to the score
     */
    public record Term(String name, double value, double weight, double ms) {}

    /**
     * A group's part in the decision.
     *
     * @param round 1 for the first answer, 2 for the second
     * @param score in milliseconds, lower is better
     * @param near whether it shared traffic with the best
     * @param share of the clients that see it so, 0 to 1
     * @param chosen whether it was chosen
     * @param via for a customer's server, the POP by way of which it is nearest; -1 otherwise
     */
    public record Row(
            int round,
            CandidateGroup group,
            double score,
            List<Term> terms,
            boolean near,
            double share,
            boolean chosen,
            int via) {}

    /** A candidate that could not be chosen. */
    public record Rejected(String target, String reason) {}

    private final List<Row> rows = new ArrayList<>();
    private final List<Rejected> rejected = new ArrayList<>();
    private List<Term> terms = new ArrayList<>();
    private int via = -1;

    void term(String name, double value, double weight, double ms) {
        terms.add(new Term(name, value, weight, ms));
    }

    void via(int pop) {
        via = pop;
    }

    int takeVia() {
        int taken = via;
        via = -1;
        return taken;
    }

    List<Term> takeTerms() {
        List<Term> taken = List.copyOf(terms);
        terms = new ArrayList<>();
        return taken;
    }

    void row(Row row) {
        rows.add(row);
    }

    void reject(Candidate candidate, String reason) {
        rejected.add(new Rejected(candidate.id().text(), reason));
    }

    public List<Row> rows() {
        return List.copyOf(rows);
    }

    public List<Rejected> rejected() {
        return List.copyOf(rejected);
    }
}
