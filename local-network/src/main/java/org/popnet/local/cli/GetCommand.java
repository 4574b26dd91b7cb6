package org.popnet.local.cli;

import java.io.PrintWriter;
import java.net.URI;
import java.util.concurrent.Callable;
import org.popnet.local.LocalNetwork;
import org.popnet.local.process.Place;
import org.popnet.local.visit.Visit;
import org.popnet.local.visit.Visitor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "get",
        mixinStandardHelpOptions = true,
        description = "Fetches a URL as a user somewhere does, and shows the path it took and how long.")
final class GetCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Popnet popnet;

    @Parameters(paramLabel = "URL", description = "http://HOST/PATH")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private URI url;

    @Option(
            names = "--from",
            paramLabel = "PLACE",
            required = true,
            converter = PlaceConverter.class,
            description = "Where the user is: california, newyork or paris.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Place from;

    @Override
    public Integer call() {
        try (LocalNetwork network = popnet.attach();
                Visitor visitor = new Visitor(from, network.instance(), network.tree())) {
            Visit visit = visitor.get(url);
            PrintWriter out = popnet.out();
            out.println(url + " from " + from.name());
            VisitReport.path(out, visit, from);
            VisitReport.why(out, network, url.getHost(), from);
            out.flush();
            return visit.status() < 400 ? 0 : 1;
        }
    }
}
