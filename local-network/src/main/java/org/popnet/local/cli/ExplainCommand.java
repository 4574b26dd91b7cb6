package org.popnet.local.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.popnet.local.LocalNetwork;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Service;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "Says why a client gets the answer that it gets: candidates, scores, and what was left out.")
final class ExplainCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Popnet popnet;

    @Parameters(paramLabel = "NAME", description = "A host name of the network: static.customer1.example")
    private String name = "";

    @Option(
            names = "--client",
            paramLabel = "ADDRESS",
            required = true,
            description = "The address of the client's resolver, or the client's own.")
    private String client = "";

    @Option(names = "--type", paramLabel = "TYPE", description = "A (if not given) or AAAA.")
    private String type = "A";

    @Option(names = "--server", paramLabel = "NODE", description = "Only this name server: dns.eastusa.")
    private String server = "";

    @Option(names = "--json", description = "The name server's own words.")
    private boolean json;

    @Override
    public Integer call() {
        try (LocalNetwork network = popnet.attach()) {
            List<Node> nameServers = network.tree()
                    .nodes(Service.DNS)
                    .filter(node -> server.isEmpty() || node.name().toString().equals(server))
                    .toList();
            if (nameServers.isEmpty()) {
                throw new IllegalStateException(
                        "no name server '" + server + "' in the tree; ./popnet status lists them");
            }
            JsonNode explanation = VisitReport.explain(network, nameServers, name, client, type);
            PrintWriter out = popnet.out();
            out.println(json ? explanation.toPrettyString() : ExplanationText.of(explanation));
            out.flush();
            return 0;
        }
    }
}
