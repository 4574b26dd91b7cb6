package org.popnet.local.cli;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import org.popnet.local.LocalNetwork;
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

    private static Node logServer(LocalNetwork network, String customer) {
        return network.tree()
                .logServerOf(customer)
                .flatMap(server -> network.tree().node(server.node()))
                .orElseThrow(() -> new IllegalStateException(
                        "no log server manages customer '" + customer + "': see log-servers in network.yml"));
    }

    private static String query(String path, String customer, String month) {
        return path + "?customer=" + URLEncoder.encode(customer, StandardCharsets.UTF_8)
                + (month.isEmpty() ? "" : "&month=" + URLEncoder.encode(month, StandardCharsets.UTF_8));
    }

    /** {@code billing statements}. */
    @Command(
            name = "statements",
            mixinStandardHelpOptions = true,
            description = "Lists the months, open and closed; months are UTC.")
    static final class Statements implements Callable<Integer> {
        @ParentCommand
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private BillingCommand parent;

        @Option(names = "--customer", paramLabel = "NAME", required = true, description = "customer1")
        private String customer = "";

        @Override
        public Integer call() {
            try (LocalNetwork network = parent.popnet.attach()) {
                JsonNode heads = network.operator()
                        .get(logServer(network, customer), query("/billing/statements", customer, ""), JsonNode.class);
                Table table = new Table("MONTH", "STATE", "REQUESTS", "BYTES OUT", "95TH PERCENTILE", "LATE BYTES");
                for (JsonNode head : heads) {
                    table.row(
                            head.path("month").asString(""),
                            head.path("state").asString("")
                                    + (head.path("forced").asBoolean() ? " (forced)" : ""),
                            head.path("requests").asString(""),
                            head.path("bytesOut").asString(""),
                            head.path("p95BitsPerSecond").asString("") + " bit/s",
                            head.path("adjustmentBytesOut").asString(""));
                }
                PrintWriter out = parent.popnet.out();
                out.println(table);
                out.flush();
                return 0;
            }
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
    static final class Verify implements Callable<Integer> {
        @ParentCommand
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private BillingCommand parent;

        @Option(names = "--customer", paramLabel = "NAME", required = true, description = "customer1")
        private String customer = "";

        @Option(names = "--month", paramLabel = "MONTH", required = true, description = "2026-10")
        private String month = "";

        @Override
        public Integer call() {
            try (LocalNetwork network = parent.popnet.attach()) {
                JsonNode outcome = network.operator()
                        .get(logServer(network, customer), query("/billing/verify", customer, month), JsonNode.class);
                PrintWriter out = parent.popnet.out();
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
                out.flush();
                return result.equals("EQUAL") ? 0 : 1;
            }
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
    static final class Close implements Callable<Integer> {
        @ParentCommand
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private BillingCommand parent;

        @Option(names = "--customer", paramLabel = "NAME", required = true, description = "customer1")
        private String customer = "";

        @Option(names = "--month", paramLabel = "MONTH", required = true, description = "2026-10")
        private String month = "";

        @Override
        public Integer call() {
            try (LocalNetwork network = parent.popnet.attach()) {
                JsonNode statement = network.operator()
                        .post(
                                logServer(network, customer),
                                query("/billing/close", customer, month),
                                Map.of(),
                                JsonNode.class);
                PrintWriter out = parent.popnet.out();
                out.printf(
                        "%s %s is closed: %s requests, %s bytes%n",
                        customer,
                        month,
                        statement.path("head").path("requests").asString(""),
                        statement.path("head").path("bytesOut").asString(""));
                out.flush();
                return 0;
            }
        }
    }
}
