package org.popnet.log.billing;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.popnet.log.raw.RawAccesses;

/** Makes a closed statement again from the raw logs that it was made of, and compares. */
final class Verification {
    private static final int DIFFERENCES_MAX = 100;

    private final Statements statements;
    private final RawAccesses raw;
    private final String server;
    private final Peers peers;

    /** Asks another log server for its part. */
    @FunctionalInterface
    interface Peers {
        /** @throws RuntimeException if it does not answer */
        ServerPart ask(String server, String customer, Month month);
    }

    /** @param server this one */
    Verification(Statements statements, RawAccesses raw, String server, Peers peers) {
        this.statements = statements;
        this.raw = raw;
        this.server = server;
        this.peers = peers;
    }

    /**
     * What came of it.
     *
     * @param result {@code EQUAL}; {@code DIFFERENT}; or {@code UNKNOWN}, because raw logs are gone or another server does not answer
     * @param accesses how many were counted again
     * @param problems why it is unknown
     * @param differences what stands in the statement and what the raw logs say, at most 100
     */
    record Outcome(
            String customer,
            String month,
            String result,
            long accesses,
            int files,
            List<String> problems,
            List<String> differences) {}

    /** Empty if the month is not closed. */
    Optional<Outcome> of(String customer, Month month) {
        return statements.closed(customer, month).map(statement -> {
            List<String> problems = new ArrayList<>();
            List<SourceRow> sources = statements.sources(customer, month);
            Recount recount = new Recount(customer, month);
            long accesses = recount(recount, sources, problems);
            TreeSet<String> others = new TreeSet<>();
            sources.stream()
                    .map(source -> source.server)
                    .filter(s -> !s.equals(server))
                    .forEach(others::add);
            for (String other : others) {
                try {
                    ServerPart part = peers.ask(other, customer, month);
                    part.cells().forEach(recount::add);
                    problems.addAll(part.problems());
                    accesses += part.accesses();
                } catch (RuntimeException e) {
                    problems.add("the part of " + other + " is not known: " + e.getMessage());
                }
            }
            List<String> differences = new ArrayList<>();
            if (problems.isEmpty()) {
                compare("line", statements.lines(customer, month), recount.lines(), differences);
                compare("adjustment", statements.adjustments(customer, month), recount.adjustments(), differences);
            }
            String result = !problems.isEmpty() ? "UNKNOWN" : differences.isEmpty() ? "EQUAL" : "DIFFERENT";
            return new Outcome(customer, month.toString(), result, accesses, sources.size(), problems, differences);
        });
    }

    /** What this server's raw files say of a closed month; for another server that proves the whole. */
    ServerPart part(String customer, Month month) {
        List<String> problems = new ArrayList<>();
        Recount recount = new Recount(customer, month);
        long accesses = recount(recount, statements.sources(customer, month), problems);
        List<ServerPart.Cell> cells = recount.cells();
        if (cells.size() > ServerPart.CELLS_MAX) {
            problems.add(cells.size() + " five-minute figures of " + server + ": at most " + ServerPart.CELLS_MAX
                    + " can be handed to another server");
            cells = List.of();
        }
        return new ServerPart(accesses, cells, problems);
    }

    private long recount(Recount recount, List<SourceRow> sources, List<String> problems) {
        long[] accesses = new long[1];
        for (SourceRow source : sources) {
            if (!source.server.equals(server)) {
                continue;
            }
            try {
                raw.read(source.path, source.fromBytes, source.toBytes, access -> {
                    accesses[0]++;
                    recount.add(access);
                });
            } catch (IOException | RuntimeException e) {
                problems.add(source.path + " of " + server + " cannot be read: " + e);
            }
            if (problems.size() >= DIFFERENCES_MAX) {
                break;
            }
        }
        return accesses[0];
    }

    private static <K> void compare(
            String what, Map<K, Usage> billed, Map<K, Usage> counted, List<String> differences) {
        TreeSet<String> said = new TreeSet<>();
        billed.forEach((key, usage) -> differ(what, key, usage, counted.get(key), said));
        counted.forEach((key, usage) -> differ(what, key, billed.get(key), usage, said));
        said.stream().limit(DIFFERENCES_MAX).forEach(differences::add);
    }

    private static void differ(
            String what, Object key, @Nullable Usage billed, @Nullable Usage counted, TreeSet<String> said) {
        if (billed == null || !billed.equals(counted)) {
            said.add(what + " " + key + ": the statement says " + billed + ", the raw logs say " + counted);
        }
    }
}
