package org.popnet.probe.check;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.origin.AddressGuard;
import org.popnet.platform.tree.Check;
import org.popnet.probe.check.Outcome.Failure;

/**
 * Asks one server, a connection for each request, and follows where it leads only if that is the same server or another
 * one that the tree lists for this customer.
 */
final class WebClient {
    private static final List<Integer> REDIRECTS = List.of(301, 302, 303, 307, 308);

    private final Attempt attempt;
    private final Endpoint endpoint;
    private final Check.Request request;

    WebClient(Attempt attempt, Endpoint endpoint, Check.Request request) {
        this.attempt = attempt;
        this.endpoint = endpoint;
        this.request = request;
    }

    /**
     * Where a request goes.
     *
     * @param url as the other side would write it
     */
    record Place(InetSocketAddress address, boolean tls, String host, URI url) {
        String target() {
            String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
            return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
        }
    }

    /** The answer at the end of the redirects, and where it came from. */
    record Answer(HttpResponse response, Place from) {}

    Place start() throws CheckFailedException {
        boolean tls = request.tls() || (request.port().isEmpty() && endpoint.tls());
        int port = request.port()
                .orElse(tls && !endpoint.tls() ? 443 : endpoint.address().getPort());
        String host = request.host().orElse(endpoint.host());
        URI url = parse((tls ? "https://" : "http://") + host + request.path());
        return new Place(new InetSocketAddress(endpoint.address().getAddress(), port), tls, host, url);
    }

    /** @param range of bytes to ask for, as in a Range field; null for all */
    Answer get(Place first, @Nullable String range, BodyRule rule) throws IOException {
        Place place = first;
        for (int followed = 0; ; followed++) {
            HttpResponse response = exchange(place, range, rule);
            String location = response.location();
            if (request.redirects() == 0 || location == null || !REDIRECTS.contains(response.status())) {
                return new Answer(response, place);
            }
            if (followed == request.redirects()) {
                throw new CheckFailedException(
                        Failure.REDIRECT,
                        "more than " + followed + " redirects, the last to " + HttpResponse.shown(location));
            }
            place = follow(place, location);
        }
    }

    /** Where a reference leads that came from a place. */
    Place follow(Place from, String reference) throws CheckFailedException {
        URI url = resolve(from.url, reference);
        String scheme = url.getScheme() == null ? "" : url.getScheme();
        boolean tls = scheme.equalsIgnoreCase("https");
        String host = url.getHost();
        if (host == null || (!tls && !scheme.equalsIgnoreCase("http")) || url.getRawUserInfo() != null) {
            throw refused(reference);
        }
        int standard = tls ? 443 : 80;
        int port = url.getPort() < 0 ? standard : url.getPort();
        if (sameServer(from, url, port, standard, tls)) {
            return new Place(from.address, tls, host, url);
        }
        if (AddressGuard.admits(endpoint.owner(), url)) {
            if (endpoint.owner().domains().values().stream()
                    .anyMatch(d ->
                            d.name().equalsIgnoreCase(host) || d.originHost().equalsIgnoreCase(host))) {
                if (tls == from.tls && (port == from.address.getPort() || port == standard)) {
                    return new Place(from.address, tls, host, url);
                }
            } else {
                // a listed server, by its address
                InetSocketAddress listed = new InetSocketAddress(host.replaceAll("[\\[\\]]", ""), port);
                return new Place(listed, tls, host, url);
            }
        }
        throw refused(reference);
    }

    private static boolean sameServer(Place from, URI url, int port, int standard, boolean tls) {
        return tls == from.tls
                && url.getHost().equalsIgnoreCase(from.host)
                && (port == from.address.getPort() || port == standard);
    }

    private static CheckFailedException refused(String reference) {
        return new CheckFailedException(
                Failure.REDIRECT,
                HttpResponse.shown(reference) + " leads to nothing that the tree lists for this customer");
    }

    private HttpResponse exchange(Place place, @Nullable String range, BodyRule rule) throws IOException {
        try (Connection connection = place.tls
                ? attempt.open(
                        place.address,
                        Trust.of(
                                request.sni().orElse(place.host),
                                request.authorities(),
                                endpoint.owner(),
                                place.address.getAddress()))
                : attempt.open(place.address)) {
            try {
                long sent = attempt.nanoTime();
                send(connection, request.method(), place, range);
                BufferedInputStream in = new BufferedInputStream(connection.in());
                in.mark(1);
                if (in.read() >= 0) {
                    attempt.firstByteAfter(sent);
                }
                in.reset();
                long first = attempt.nanoTime();
                HttpResponse response = HttpResponse.read(in, request.method().equals("HEAD"), rule);
                if (response.bytes() > 0) {
                    attempt.transferred(response.bytes(), first);
                }
                return response;
            } catch (IOException e) {
                throw connection.wasCut() ? connection.timedOut() : e;
            }
        }
    }

    static void send(Connection connection, String method, Place place, @Nullable String range) throws IOException {
        String text = method + " " + place.target() + " HTTP/1.1\r\nHost: " + place.host
                + "\r\nUser-Agent: Popnet-Probe\r\nAccept: */*\r\nCache-Control: no-cache\r\n"
                + (range == null ? "" : "Range: bytes=" + range + "\r\n")
                + "Connection: close\r\n\r\n";
        connection.out().write(text.getBytes(StandardCharsets.US_ASCII));
        connection.out().flush();
    }

    private static URI resolve(URI base, String reference) throws CheckFailedException {
        // Nothing but printable ASCII goes on into a request.
        if (reference.length() > 4096 || !reference.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw refused(reference);
        }
        return base.resolve(parse(reference));
    }

    private static URI parse(String text) throws CheckFailedException {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw refused(text);
        }
    }
}
