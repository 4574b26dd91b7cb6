package org.popnet.platform.agent;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import org.popnet.platform.control.ControlException;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.tree.Generation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Takes the tree from Spring Cloud Config: application {@code network}, whose one property source holds the text
 * verbatim beside its commit, hash and number.
 */
final class ConfigServerTreeSource implements TreeSource {
    private static final Logger log = LoggerFactory.getLogger(ConfigServerTreeSource.class);
    private final ControlHttp http;
    private final URI configServer;
    private final JsonMapper json = JsonMapper.builder().build();

    ConfigServerTreeSource(ControlHttp http, URI configServer) {
        this.http = http;
        this.configServer = configServer;
    }

    @Override
    public Optional<FetchedTree> fetch() {
        URI uri = configServer.resolve("/network/default");
        try {
            HttpResponse<String> response =
                    http.send(HttpRequest.newBuilder(uri).header("Accept", "application/json"));
            if (response.statusCode() != 200) {
                log.warn("{} answered {}", uri, response.statusCode());
                return Optional.empty();
            }
            JsonNode source = json.readTree(response.body())
                    .path("propertySources")
                    .path(0)
                    .path("source");
            Generation generation = new Generation(
                    source.path("network.generation").asLong(0),
                    source.path("network.commit").asString(""),
                    source.path("network.sha256").asString(""));
            return Optional.of(
                    new FetchedTree(generation, source.path("network.tree").asString("")));
        } catch (ControlException | JacksonException | IllegalArgumentException e) {
            log.warn("no tree from the config server {}: {}", uri, e.getMessage());
            return Optional.empty();
        }
    }
}
