package org.popnet.local.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.popnet.local.LocalNetwork;
import org.popnet.platform.flush.FlushOrder.Kind;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Service;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

@Command(
        name = "flush",
        mixinStandardHelpOptions = true,
        description = {
            "Removes content of a site from every cache, and waits for each node's receipt.",
            "The exit code is 0 when every node has done it."
        })
final class FlushCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(50);

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Popnet popnet;

    @Option(names = "--site", paramLabel = "DOMAIN", required = true, description = "static.customer1.example")
    private String site = "";

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private What what;

    static final class What {
        @Option(names = "--url", paramLabel = "PATH", description = "One URL: its path, with query if it has one.")
        private @Nullable String url;

        @Option(names = "--prefix", paramLabel = "PATH", description = "All URLs that begin so.")
        private @Nullable String prefix;

        @Option(names = "--wildcard", paramLabel = "PATTERN", description = "All that match; * stands for anything.")
        private @Nullable String wildcard;

        @Option(names = "--tag", paramLabel = "KEY", description = "All that carry this surrogate key.")
        private @Nullable String tag;

        @Option(names = "--all", description = "The whole site.")
        private boolean all;

        Order order(String site) {
            if (url != null) {
                return new Order(site, Kind.URL, url, REQUESTED_BY);
            }
            if (prefix != null) {
                return new Order(site, Kind.PREFIX, prefix, REQUESTED_BY);
            }
            if (wildcard != null) {
                return new Order(site, Kind.WILDCARD, wildcard, REQUESTED_BY);
            }
            return tag != null
                    ? new Order(site, Kind.TAG, tag, REQUESTED_BY)
                    : new Order(site, Kind.ALL, "", REQUESTED_BY);
        }
    }

    private static final String REQUESTED_BY = "operator";

    /** What the admin service takes. */
    record Order(String site, Kind kind, String value, String requestedBy) {}

    @Override
    public Integer call() throws InterruptedException {
        try (LocalNetwork network = popnet.attach()) {
            Node admin = network.tree()
                    .nodes(Service.ADMIN)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("the tree has no admin service"));
            long begun = System.nanoTime();
            JsonNode flush = network.operator().post(admin, "/flushes", what.order(site), JsonNode.class);
            String path = "/flushes/" + site + "/" + flush.path("number").asLong();
            while (!flush.path("done").asBoolean() && System.nanoTime() - begun < PATIENCE.toNanos()) {
                Thread.sleep(POLL);
                flush = network.operator().get(admin, path, JsonNode.class);
            }
            return report(popnet.out(), flush, Duration.ofNanos(System.nanoTime() - begun));
        }
    }

    private int report(PrintWriter out, JsonNode flush, Duration took) {
        Table table = new Table("NODE", "SERVICE", "STATE", "OBJECTS", "TOOK", "");
        boolean complete = flush.path("done").asBoolean();
        for (JsonNode receipt : flush.path("receipts")) {
            String state = receipt.path("state").asString("");
            complete &= state.equals("DONE");
            table.row(
                    receipt.path("node").asString(""),
                    receipt.path("service").asString(""),
                    state,
                    receipt.path("objects").asString("-"),
                    receipt.path("tookMs").asString("-") + " ms",
                    receipt.path("detail").asString(""));
        }
        out.println(table);
        out.printf(
                "flush %d of %s %s after %s%n",
                flush.path("number").asLong(),
                site,
                complete
                        ? "is done on every node"
                        : "is not done on every node; those that stay behind apply it before they serve,",
                VisitReport.ms(took));
        out.flush();
        return complete ? 0 : 1;
    }
}
