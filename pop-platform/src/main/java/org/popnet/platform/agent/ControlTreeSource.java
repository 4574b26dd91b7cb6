package org.popnet.platform.agent;

import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.popnet.platform.control.ControlException;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.tree.Generation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the control ports of config sources, one after the other, until one hands out its tree. */
final class ControlTreeSource implements TreeSource {
    private static final Logger log = LoggerFactory.getLogger(ControlTreeSource.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ControlHttp http;
    private final Supplier<Stream<InetSocketAddress>> sources;

    ControlTreeSource(ControlHttp http, Supplier<Stream<InetSocketAddress>> sources) {
        this.http = http;
        this.sources = sources;
    }

    @Override
    public Optional<FetchedTree> fetch() {
        return fetch(0, Duration.ZERO);
    }

    /** A tree above this number, waiting for one at the first source that answers at all. */
    Optional<FetchedTree> fetch(long after, Duration wait) {
        for (InetSocketAddress source : sources.get().toList()) {
            try {
                HttpResponse<String> response = http.send(HttpRequest.newBuilder(
                                ControlHttp.uri(source, "/tree?after=" + after + "&wait-ms=" + wait.toMillis()))
                        .timeout(wait.plus(PATIENCE)));
                if (response.statusCode() == 304) {
                    return Optional.empty();
                }
                if (response.statusCode() == 200) {
                    return Optional.of(read(response));
                }
                log.warn("config source {} answered {}", source, response.statusCode());
            } catch (ControlException | IllegalArgumentException e) {
                log.debug("config source {} does not help: {}", source, e.getMessage());
            }
        }
        return Optional.empty();
    }

    private static FetchedTree read(HttpResponse<String> response) {
        Generation generation = new Generation(
                response.headers().firstValueAsLong(TreeController.NUMBER).orElse(0),
                response.headers().firstValue(TreeController.COMMIT).orElse(""),
                response.headers().firstValue(TreeController.SHA256).orElse(""));
        return new FetchedTree(generation, response.body());
    }
}
