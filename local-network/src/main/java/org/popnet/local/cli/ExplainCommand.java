package org.popnet.local.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.popnet.local.LocalNetwork;
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

    @Option(names = "--json", description = "The name server's own words.")
    private boolean json;

    @Override
    public Integer call() {
        try (LocalNetwork network = popnet.attach()) {
            JsonNode explanation = VisitReport.explain(network, name, client)
                    .orElseThrow(() -> new IllegalStateException("no name server answers; ./popnet status says why"));
            PrintWriter out = popnet.out();
            out.println(json ? explanation.toPrettyString() : ExplanationText.of(explanation));
            out.flush();
            return 0;
        }
    }
}
