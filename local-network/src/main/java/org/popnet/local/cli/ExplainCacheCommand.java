package org.popnet.local.cli;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.popnet.local.LocalNetwork;
import org.popnet.platform.control.ControlException;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Service;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

@Command(
        name = "explain-cache",
        mixinStandardHelpOptions = true,
        description =
                "Says what the edges have in memory under a URL: key, variants, age, freshness, and by which rule.")
final class ExplainCacheCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Popnet popnet;

    @Parameters(paramLabel = "URL", description = "http://HOST/PATH")
    private String url = "";

    @Option(names = "--edge", paramLabel = "NODE", description = "Only this edge: edge1.westusa.")
    private String edge = "";

    @Option(names = "--json", description = "The edges' own words.")
    private boolean json;

    @Override
    public Integer call() {
        try (LocalNetwork network = popnet.attach()) {
            List<Node> edges = network.tree()
                    .nodes(Service.EDGE_CACHE)
                    .filter(node -> edge.isEmpty() || node.name().toString().equals(edge))
                    .toList();
            if (edges.isEmpty()) {
                throw new IllegalStateException("no edge '" + edge + "' in the tree; ./popnet status lists them");
            }
            String query = "/explain-cache?url=" + URLEncoder.encode(url, StandardCharsets.UTF_8);
            PrintWriter out = popnet.out();
            for (Node node : edges) {
                try {
                    JsonNode explanation = network.operator().get(node, query, JsonNode.class);
                    out.println(
                            json
                                    ? explanation.toPrettyString()
                                    : CacheText.of(node.name().toString(), explanation));
                } catch (ControlException e) {
                    if (e.status() != 0) {
                        throw e; // it did answer, and refused
                    }
                    out.println(node.name() + "  does not answer");
                }
            }
            out.flush();
            return 0;
        }
    }
}
