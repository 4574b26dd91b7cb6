package org.popnet.log;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.settings.NodeSettings;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/** The service without what the platform gives it: a plain HTTP port, a tree and a network of the test's own. */
public final class RunningLogService implements AutoCloseable {
    private static Function<MeterRegistry, DatagramPort> port;
    private static Path state;
    private static CurrentTree tree;
    private static InstantSource clock;

    private final ConfigurableApplicationContext context;
    private final HttpClient http = HttpClient.newHttpClient();

    public RunningLogService(String databaseUrl, Path stateDirectory, DatagramPort datagrams, InstantSource time) {
        this(databaseUrl, stateDirectory, meters -> datagrams, new TestTree(), time);
    }

    /** @param datagrams the port, counting what it does in the service's metrics */
    public RunningLogService(
            String databaseUrl,
            Path stateDirectory,
            Function<MeterRegistry, DatagramPort> datagrams,
            CurrentTree currentTree,
            InstantSource time) {
        port = datagrams;
        state = stateDirectory;
        tree = currentTree;
        clock = time;
        context = new SpringApplication(LogService.class, Platform.class)
                .run(
                        "--spring.main.allow-bean-definition-overriding=true",
                        "--spring.cloud.config.enabled=false",
                        "--spring.config.import=optional:configserver:",
                        "--spring.autoconfigure.exclude=org.popnet.platform.PlatformAutoConfiguration",
                        "--spring.mvc.problemdetails.enabled=true",
                        "--popnet.datagrams.enabled=false",
                        "--spring.main.banner-mode=off",
                        "--spring.threads.virtual.enabled=true",
                        "--server.address=127.0.0.1",
                        "--server.port=0",
                        "--management.endpoints.web.exposure.include=health,prometheus",
                        "--management.endpoint.health.show-details=always",
                        "--spring.datasource.url=" + databaseUrl,
                        "--spring.datasource.username=postgres",
                        "--spring.datasource.password=");
    }

    @Configuration(proxyBeanMethods = false)
    static class Platform {
        @Bean
        CurrentTree currentTree() {
            return tree;
        }

        @Bean
        DatagramPort datagramPort(MeterRegistry meters) {
            return port.apply(meters);
        }

        @Bean
        ControlHttp controlHttp() throws Exception {
            return new ControlHttp(SSLContext.getDefault(), InetAddress.getLoopbackAddress());
        }

        @Bean
        InstantSource clock() {
            return clock;
        }

        @Bean
        NodeSettings nodeSettings() {
            return new NodeSettings(
                    tree.self().toString(),
                    state,
                    InetAddress.ofLiteral("127.0.0.1"),
                    9443,
                    "pop.example",
                    URI.create("https://127.0.0.1:8095"),
                    List.of("127.0.0.1:5300"));
        }

        @Bean
        SecurityFilterChain open(HttpSecurity security) throws Exception {
            return security.authorizeHttpRequests(r -> r.anyRequest().permitAll())
                    .csrf(csrf -> csrf.disable())
                    .build();
        }
    }

    int httpPort() {
        return ((ServletWebServerApplicationContext) context).getWebServer().getPort();
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public HttpResponse<String> get(String path) {
        return send(path, HttpRequest.newBuilder());
    }

    public HttpResponse<String> post(String path) {
        return send(path, HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.noBody()));
    }

    private HttpResponse<String> send(String path, HttpRequest.Builder request) {
        try {
            return http.send(
                    request.uri(URI.create("http://127.0.0.1:" + httpPort() + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (Exception e) {
            throw new AssertionError(path, e);
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
