package org.popnet.local.cli;

import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.popnet.local.LocalNetwork;
import org.popnet.local.process.Place;
import org.popnet.local.visit.Visit;
import org.popnet.local.visit.VisitException;
import org.popnet.local.visit.Visitor;
import org.popnet.platform.control.ControlException;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Service;
import tools.jackson.databind.JsonNode;

/** Shows that the network works: a user fetches an object that no cache has, and fetches it again. */
final class FirstVisit {
    private static final Pattern REFERENCE = Pattern.compile("(?:src|href)=[\"']([^\"'#]+)[\"']");
    private static final Duration MEASURED_WITHIN = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final int SETTLED_ANSWERS = 4;

    private final LocalNetwork network;

    FirstVisit(LocalNetwork network) {
        this.network = network;
    }

    void show(PrintWriter out) {
        Place place = Place.ALL.getFirst();
        try (Visitor visitor = new Visitor(place, network.instance(), network.tree())) {
            Optional<URI> url = cachedUrl(visitor);
            if (url.isEmpty()) {
                return;
            }
            awaitMeasured(visitor, url.get().getHost());
            // A query of its own, so that no cache has this yet, also when the network was up before.
            URI fresh = URI.create(url.get() + "?first-visit=" + System.currentTimeMillis());
            Visit miss = visitor.get(fresh);
            Visit hit = visitor.get(fresh);
            out.printf("A user in %s fetches %s%n", place.name(), url.get());
            VisitReport.line(out, "first", miss);
            VisitReport.line(out, "again", hit);
            VisitReport.why(out, network, fresh.getHost(), place);
            out.println();
        } catch (VisitException e) {
            out.println("A first request did not get through: " + e.getMessage());
            out.println();
        }
    }

    /**
     * Name servers answer a resolver they do not know at once, by an estimate, and have it measured meanwhile; what is
     * shown is the answer after that.
     */
    private void awaitMeasured(Visitor visitor, String host) {
        long deadline = System.nanoTime() + MEASURED_WITHIN.toNanos();
        int settled = 0;
        while (settled < SETTLED_ANSWERS && System.nanoTime() - deadline < 0) {
            InetAddress answer = visitor.resolve(host).addresses().getFirst();
            boolean all = network.tree()
                    .nodes(Service.DNS)
                    .allMatch(nameServer -> isMeasured(nameServer, host, visitor.place(), answer));
            settled = all ? settled + 1 : 0;
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private boolean isMeasured(Node nameServer, String host, Place place, InetAddress answer) {
        try {
            JsonNode explanation = VisitReport.explain(network, nameServer, host, place);
            return explanation.path("latencySource").asString("").equals("MEASURED")
                    && explanation
                            .path("answer")
                            .path(0)
                            .path("address")
                            .asString("")
                            .equals(answer.getHostAddress());
        } catch (ControlException e) {
            return true; // a name server that is away cannot be waited for
        }
    }

    /** Something that pages of a customer fetch from a hosted domain; its front page if nothing else is found. */
    private Optional<URI> cachedUrl(Visitor visitor) {
        Optional<Domain> hosted = network.tree().domains().values().stream()
                .filter(d -> d.candidates().hosted())
                .min((a, b) -> a.name().compareTo(b.name()) == 0 ? 0 : rank(a) - rank(b));
        return hosted.map(domain -> {
            URI front = URI.create("http://" + domain.originHost() + "/");
            String page = new String(visitor.get(front).body(), StandardCharsets.UTF_8);
            Matcher references = REFERENCE.matcher(page);
            while (references.find()) {
                URI reference = resolve(front, references.group(1));
                if (domain.name().equals(reference.getHost()) && reference.getQuery() == null) {
                    return URI.create("http://" + reference.getHost() + reference.getRawPath());
                }
            }
            return URI.create("http://" + domain.name() + "/");
        });
    }

    /** Domains for images and the like before those with pages of their own. */
    private static int rank(Domain domain) {
        return domain.origin().isPresent() ? 0 : 1;
    }

    private static URI resolve(URI base, String reference) {
        try {
            return base.resolve(reference);
        } catch (IllegalArgumentException e) {
            return base;
        }
    }
}
