package org.popnet.local.cli;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.popnet.local.LocalNetwork;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.tree.Node;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

@Command(
        name = "billing",
        mixinStandardHelpOptions = true,
        description = "Shows, closes and proves a customer's monthly statements.",
        subcommands = {BillingCommand.Statements.class, BillingCommand.Verify.class, BillingCommand.Close.class})
final class BillingCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Popnet popnet;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(popnet.out());
        return 0;
    }

    /** What the customer's log server is asked, and what becomes of its answer. */
    abstract static class Question implements Callable<Integer> {
        /** A month of raw logs is read, or millions of sums are sorted, before there is an answer. */
        static final Duration PATIENCE = Duration.ofMinutes(10);

        @ParentCommand
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private BillingCommand parent;

        @Option(names = "--customer", paramLabel = "NAME", required = true, description = "customer1")
        String customer = "";

        @Override
        public final Integer call() {
            try (LocalNetwork network = parent.popnet.attach()) {
                Node server = network.tree()
                        .logServerOf(customer)
                        .flatMap(found -> network.tree().node(found.node()))
                        .orElseThrow(() -> new IllegalStateException("no log server manages customer '" + customer
                                + "': must be one of "
                                + network.tree().customers().keySet()
                                + " that stands under log-servers in network.yml"));
                JsonNode answer = ask(network.operator(), server, "?customer=" + encoded(customer));
                PrintWriter out = parent.popnet.out();
                int exitCode = say(answer, out);
                out.flush();
                return exitCode;
            }
        }

        static String encoded(String value) {
            return URLEncoder.encode(value, StandardCharsets.UTF_8);
        }

        /** @param query names the customer */
        abstract JsonNode ask(ControlHttp operator, Node server, String query);

        /** @return the exit code */
        abstract int say(JsonNode answer, PrintWriter out);
    }

    /** {@code billing statements}. */
    @Command(
            name = "statements",
            mixinStandardHelpOptions = true,
            description = "Lists the months, open and closed; months are UTC.")
    static final class Statements extends Question {
        @Override
        JsonNode ask(ControlHttp operator, Node server, String query) {
            return operator.get(server, "/billing/statements" + query, JsonNode.class);
        }

        @Override
        int say(JsonNode heads, PrintWriter out) {
            Table table = new Table("MONTH", "STATE", "REQUESTS", "BYTES OUT", "95TH PERCENTILE", "LATE BYTES");
            for (JsonNode head : heads) {
                table.row(
                        head.path("month").asString(""),
                        head.path("state").asString("") + (head.path("forced").asBoolean() ? " (forced)" : ""),
                        head.path("requests").asString(""),
                        head.path("bytesOut").asString(""),
                        head.path("p95BitsPerSecond").asString("") + " bit/s",
                        head.path("adjustmentBytesOut").asString(""));
            }
            out.println(table);
            return 0;
        }
    }

    /** A question about one month. */
    abstract static class MonthQuestion extends Question {
        @Option(names = "--month", paramLabel = "MONTH", required = true, description = "2026-10")
        String month = "";

        final String ofMonth(String query) {
            return query + "&month=" + encoded(month);
        }
    }

    /** {@code billing verify}. */
    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = {
                "Makes a closed statement again from raw logs and compares.",
                "The exit code is 0 only if both are equal."
            })
    static final class Verify extends MonthQuestion {
        @Override
        JsonNode ask(ControlHttp operator, Node server, String query) {
            return operator.get(server, "/billing/verify" + ofMonth(query), PATIENCE, JsonNode.class);
        }

        @Override
        int say(JsonNode outcome, PrintWriter out) {
            String result = outcome.path("result").asString("");
            out.printf(
                    "%s %s: %s; %s accesses in %s parts of raw files counted again%n",
                    customer,
                    month,
                    switch (result) {
                        case "EQUAL" -> "the statement equals its raw logs";
                        case "DIFFERENT" -> "the statement differs from its raw logs";
                        default -> "not proved, because not all raw logs can be read here";
                    },
                    outcome.path("accesses").asString(""),
                    outcome.path("files").asString(""));
            outcome.path("differences").forEach(line -> out.println("  " + line.asString("")));
            outcome.path("problems").forEach(line -> out.println("  " + line.asString("")));
            return result.equals("EQUAL") ? 0 : 1;
        }
    }

    /** {@code billing close}. */
    @Command(
            name = "close",
            mixinStandardHelpOptions = true,
            description = {
                "Closes the oldest open month although records may be missing.",
                "What comes late is billed with the next one. It cannot be undone."
            })
    static final class Close extends MonthQuestion {
        @Override
        JsonNode ask(ControlHttp operator, Node server, String query) {
            return operator.post(server, "/billing/close" + ofMonth(query), Map.of(), PATIENCE, JsonNode.class);
        }

        @Override
        int say(JsonNode statement, PrintWriter out) {
            out.printf(
                    "%s %s is closed: %s requests, %s bytes%n",
                    customer,
                    month,
                    statement.path("head").path("requests").asString(""),
                    statement.path("head").path("bytesOut").asString(""));
            return 0;
        }
    }
}
