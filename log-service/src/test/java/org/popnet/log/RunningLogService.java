package org.popnet.log;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.control.ControlConfiguration;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.identity.IdentityFiles;
import org.popnet.platform.settings.NodeSettings;
import org.popnet.platform.tree.Node;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
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
        this(
                OpenPort.class,
                databaseUrl,
                stateDirectory,
                datagrams,
                currentTree,
                time,
                "--server.address=127.0.0.1",
                "--server.port=0");
    }

    private RunningLogService(
            Class<?> controlPort,
            String databaseUrl,
            Path stateDirectory,
            Function<MeterRegistry, DatagramPort> datagrams,
            CurrentTree currentTree,
            InstantSource time,
            String... more) {
        port = datagrams;
        state = stateDirectory;
        tree = currentTree;
        clock = time;
        List<String> settings = new ArrayList<>(List.of(
                "--spring.main.allow-bean-definition-overriding=true",
                "--spring.cloud.config.enabled=false",
                "--spring.config.import=optional:configserver:",
                "--spring.autoconfigure.exclude=org.popnet.platform.PlatformAutoConfiguration",
                "--spring.mvc.problemdetails.enabled=true",
                "--popnet.datagrams.enabled=false",
                "--spring.main.banner-mode=off",
                "--spring.threads.virtual.enabled=true",
                "--management.endpoints.web.exposure.include=health,prometheus",
                "--management.endpoint.health.show-details=always",
                "--spring.datasource.url=" + databaseUrl,
                "--spring.datasource.username=postgres",
                "--spring.datasource.password="));
        settings.addAll(List.of(more));
        context = new SpringApplication(LogService.class, Platform.class, controlPort)
                .run(settings.toArray(String[]::new));
    }

    /** With the control port that the tree gives it: mutual TLS as the identity in its state directory, and roles. */
    public static RunningLogService withControlPort(
            String databaseUrl, Path stateDirectory, DatagramPort datagrams, CurrentTree tree, InstantSource time)
            throws IOException {
        Node self = tree.get().tree().node(tree.self()).orElseThrow();
        IdentityFiles identity = IdentityFiles.inStateDirectory(stateDirectory);
        String bundle = "--spring.ssl.bundle.jks.node.";
        return new RunningLogService(
                SecuredPort.class,
                databaseUrl,
                stateDirectory,
                meters -> datagrams,
                tree,
                time,
                "--server.address=" + self.address().getHostAddress(),
                "--server.port=" + self.ports().control(),
                bundle + "keystore.type=PKCS12",
                bundle + "keystore.location=file:" + identity.directory().resolve("node.p12"),
                bundle + "keystore.password=" + new String(identity.password()),
                bundle + "truststore.type=PKCS12",
                bundle + "truststore.location=file:" + identity.directory().resolve("trust.p12"),
                bundle + "truststore.password=" + new String(identity.password()),
                "--server.ssl.bundle=node",
                "--server.ssl.client-auth=need");
    }

    /** What the platform wires. */
    @Import(ControlConfiguration.class)
    static class SecuredPort {}

    /** For whoever asks. */
    static class OpenPort {
        @Bean
        ControlHttp controlHttp() throws Exception {
            return new ControlHttp(SSLContext.getDefault(), InetAddress.getLoopbackAddress());
        }

        @Bean
        SecurityFilterChain open(HttpSecurity security) throws Exception {
            return security.authorizeHttpRequests(r -> r.anyRequest().permitAll())
                    .csrf(csrf -> csrf.disable())
                    .build();
        }
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
        InstantSource clock() {
            return clock;
        }

        @Bean
        NodeSettings nodeSettings() {
            return new NodeSettings(
                    tree.self().toString(),
                    state,
                    tree.get().tree().node(tree.self()).orElseThrow().address(),
                    9443,
                    "pop.example",
                    URI.create("https://127.0.0.1:8095"),
                    List.of("127.0.0.1:5300"));
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
