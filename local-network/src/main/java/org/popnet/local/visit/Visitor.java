package org.popnet.local.visit;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.popnet.local.process.Place;
import org.popnet.local.state.Instance;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * A user at a place. Keeps connections, and answers of the resolver for as long as they say, as a browser does. Blocking;
 * many threads may use one. The JVM must run with {@code
 * -Djdk.httpclient.allowRestrictedHeaders=host}, as {@code ./popnet} does: addresses are chosen here, not by the JDK.
 */
public final class Visitor implements AutoCloseable {
    private static final Duration DNS_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration HTTP_TIMEOUT = Duration.ofSeconds(30);
    private static final int BODY_BYTES_MAX = 256 << 20;

    private final Place place;
    private final InetSocketAddress resolver;
    private final NetworkTree tree;
    private final HttpClient http;
    private final Map<String, Kept> kept = new ConcurrentHashMap<>();

    private record Kept(Resolution resolution, long untilNanos) {}

    private record Target(InetAddress address, int port, String server) {}

    public Visitor(Place place, Instance instance, NetworkTree tree) {
        this.place = place;
        this.tree = tree;
        this.resolver = new InetSocketAddress(
                place.resolverAddress(instance), tree.latencyTargets().port());
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .localAddress(place.resolverAddress(instance))
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofSeconds(5))
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    public Place place() {
        return place;
    }

    /**
     * Asks the place's resolver for the name's IPv4 addresses, not remembering anything.
     *
     * @throws VisitException if there is no answer, or none with an address
     */
    public Resolution resolve(String host) {
        long begun = System.nanoTime();
        try {
            SimpleResolver client = new SimpleResolver(resolver);
            client.setTimeout(DNS_TIMEOUT);
            Name name = Name.fromString(host + ".");
            Message answer = client.send(Message.newQuery(Record.newRecord(name, Type.A, DClass.IN)));
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            List<InetAddress> addresses = new ArrayList<>();
            long ttlS = Long.MAX_VALUE;
            for (Record found : answer.getSection(Section.ANSWER)) {
                if (found instanceof ARecord address) {
                    addresses.add(address.getAddress());
                    ttlS = Math.min(ttlS, address.getTTL());
                }
            }
            if (addresses.isEmpty()) {
                throw new VisitException(noAddress(host, answer.getRcode()));
            }
            return new Resolution(host, addresses, Duration.ofSeconds(ttlS), took);
        } catch (TextParseException e) {
            throw new VisitException("'" + host + "' is no host name: " + e.getMessage());
        } catch (IOException e) {
            throw new VisitException("the resolver of " + place.name() + " (" + text(resolver)
                    + ") does not answer; ./popnet status says what runs");
        }
    }

    private String noAddress(String host, int rcode) {
        String known =
                String.join(", ", tree.domains().keySet().stream().sorted().toList());
        return switch (rcode) {
            case Rcode.NOERROR -> host + " exists and has no IPv4 address";
            case Rcode.NXDOMAIN -> "there is no name " + host + ". This network answers for " + known;
            case Rcode.REFUSED -> "the name servers refuse " + host + ". This network answers for " + known;
            default ->
                "the resolver of " + place.name() + " answered " + Rcode.string(rcode) + " for " + host
                        + "; ./popnet status says whether the name servers are up";
        };
    }

    /**
     * Resolves (from memory while the answer is fresh) and fetches.
     *
     * @throws VisitException if there is no response
     */
    public Visit get(URI url) {
        String host = hostOf(url);
        return fetch(url, fresh(host));
    }

    private Resolution fresh(String host) {
        long now = System.nanoTime();
        Kept known = kept.get(host);
        if (known != null && known.untilNanos - now > 0) {
            return known.resolution;
        }
        Resolution resolution = resolve(host);
        kept.put(host, new Kept(resolution, now + resolution.ttl().toNanos()));
        return resolution;
    }

    private Visit fetch(URI url, Resolution resolution) {
        Target target = target(resolution.addresses().getFirst(), url.getPort());
        String pathAndQuery = (url.getRawPath().isEmpty() ? "/" : url.getRawPath())
                + (url.getRawQuery() == null ? "" : "?" + url.getRawQuery());
        URI direct = URI.create("http://" + target.address.getHostAddress() + ":" + target.port + pathAndQuery);
        HttpRequest request = HttpRequest.newBuilder(direct)
                .timeout(HTTP_TIMEOUT)
                .header("Host", hostOf(url))
                .header("User-Agent", "popnet-visitor (" + place.name() + ")")
                .build();
        long begun = System.nanoTime();
        try {
            HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
            Duration firstByte = Duration.ofNanos(System.nanoTime() - begun);
            byte[] body;
            try (InputStream in = response.body()) {
                body = in.readNBytes(BODY_BYTES_MAX);
            }
            Duration all = Duration.ofNanos(System.nanoTime() - begun);
            return new Visit(
                    resolution,
                    target.address,
                    target.port,
                    target.server,
                    response.statusCode(),
                    response.headers(),
                    body,
                    firstByte,
                    all);
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new VisitException(url + " at " + target.server + " (" + target.address.getHostAddress() + ":"
                    + target.port + ") failed: " + why + "; ./popnet status says what runs");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VisitException(url + " was interrupted");
        }
    }

    /** Ports of the local network are not 80: who stands at the address knows his. */
    private Target target(InetAddress address, int urlPort) {
        Optional<Node> node = tree.nodes().values().stream()
                .filter(n -> n.address().equals(address))
                .findFirst();
        if (node.isPresent()) {
            int port = urlPort >= 0 ? urlPort : node.get().ports().http();
            return new Target(address, port, node.get().name().toString());
        }
        Optional<CustomerServer> server = tree.customers().values().stream()
                .flatMap(c -> c.servers().values().stream())
                .filter(s -> s.address().equals(address))
                .findFirst();
        return server.map(s -> new Target(address, urlPort >= 0 ? urlPort : s.port(), s.name() + "." + s.customer()))
                .orElseGet(() -> new Target(address, urlPort >= 0 ? urlPort : 80, address.getHostAddress()));
    }

    private static String hostOf(URI url) {
        String host = url.getHost();
        if (host == null || !"http".equalsIgnoreCase(url.getScheme())) {
            throw new VisitException("'" + url + "' is no URL that can be fetched: must be http://HOST/PATH");
        }
        return host.toLowerCase(Locale.ROOT);
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
