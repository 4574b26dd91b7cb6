package org.popnet.netview.backend;

import java.util.function.Supplier;
import org.popnet.platform.control.ControlException;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.tree.Node;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The real backends: other nodes' control ports over mutual TLS. */
final class ControlBackends implements Backends {
    private final ControlHttp http;

    private ControlBackends(ControlHttp http) {
        this.http = http;
    }

    @Override
    public <T> T get(Node node, String pathAndQuery, Class<T> type) {
        return translated(() -> http.get(node, pathAndQuery, type));
    }

    @Override
    public <T> T post(Node node, String path, Object body, Class<T> type) {
        return translated(() -> http.post(node, path, body, type));
    }

    private static <T> T translated(Supplier<T> exchange) {
        try {
            return exchange.get();
        } catch (ControlException e) {
            throw new BackendException(e.status(), String.valueOf(e.getMessage()), e);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Wiring {
        @Bean
        @ConditionalOnMissingBean
        Backends backends(ControlHttp http) {
            return new ControlBackends(http);
        }
    }
}
