package org.popnet.netview.harness;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.popnet.netview.NetViewConsole;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.agent.TreeSubscriber;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.NodeName;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** A running console. One serves all tests of a JVM; {@link #shared()} starts it. */
public final class Console implements AutoCloseable {
    public static final String PASSWORD = "kettle-orbit:plum-93";
    private static final Path TREE = Path.of("..", "config-repo", "network.yml");

    public final FakeNetwork network;
    public final int peoplePort;
    public final int controlPort;
    private final ConfigurableApplicationContext context;

    private static final class Shared {
        private static final Console CONSOLE = start();

        private static Console start() {
            try {
                EmbeddedPostgres postgres = EmbeddedPostgres.start();
                Console console = new Console(postgres.getJdbcUrl("postgres", "postgres"));
                console.awaitHealth("UP");
                return console;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The one with a database; its network is as new. */
    public static Console shared() {
        Shared.CONSOLE.network.reset();
        return Shared.CONSOLE;
    }

    /** A console whose database is at this address, there or not. */
    public Console(String jdbcUrl) {
        try {
            this.peoplePort = freePort();
            this.controlPort = freePort();
            String text = Files.readString(TREE)
                    .replace("{http: 8090, control: 8097}", "{http: " + peoplePort + ", control: " + controlPort + "}");
            ActiveTree tree = ActiveTree.of(new Generation(7, "3f9c2a71".repeat(5), Generation.sha256(text)), text);
            this.network = new FakeNetwork(tree.tree());
            this.context = start(jdbcUrl, tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ConfigurableApplicationContext start(String jdbcUrl, ActiveTree tree) throws IOException {
        List<String> args = new ArrayList<>(List.of(
                "--server.address=127.0.0.1",
                "--server.port=" + controlPort,
                "--spring.cloud.config.enabled=false",
                "--spring.autoconfigure.exclude=org.popnet.platform.PlatformAutoConfiguration",
                "--spring.threads.virtual.enabled=true",
                "--spring.datasource.url=" + jdbcUrl,
                "--spring.datasource.username=postgres",
                "--spring.main.banner-mode=off",
                "--logging.level.root=warn",
                "--management.endpoints.web.exposure.include=health,prometheus",
                "--popnet.netview.login.per-address=1000",
                "--popnet.netview.bootstrap-users=" + users()));
        return new SpringApplicationBuilder(NetViewConsole.class, Platform.class)
                .initializers(context -> {
                    context.getBeanFactory().registerSingleton("fakeNetwork", network);
                    context.getBeanFactory().registerSingleton("currentTree", new FixedTree(tree));
                })
                .run(args.toArray(String[]::new));
    }

    private static Path users() throws IOException {
        Path file = Files.createTempFile("users", ".txt");
        file.toFile().deleteOnExit();
        return Files.writeString(file, """
                # who may sign in
                admin:%1$s:NETWORK_ADMIN:
                alice:%1$s:CUSTOMER_ADMIN:customer1

                erik:%1$s:ENGINEER:customer2
                vera:%1$s:VIEWER:customer1
                carol:%1$s:CUSTOMER_ADMIN:customer1
                gone:%1$s:VIEWER:customer9
                """.formatted(PASSWORD));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    public String health() {
        return context.getBean(HealthEndpoint.class).health().getStatus().getCode();
    }

    public void awaitHealth(String status) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> health().equals(status));
    }

    /** Every route that a controller is mapped to. */
    public RequestMappingHandlerMapping mappings() {
        return context.getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class);
    }

    public String url(String path) {
        return "http://127.0.0.1:" + peoplePort + path;
    }

    @Override
    public void close() {
        context.close();
    }

    private record FixedTree(ActiveTree get) implements CurrentTree {
        @Override
        public void subscribe(TreeSubscriber subscriber) {
            subscriber.prepare(get).run();
        }

        @Override
        public NodeName self() {
            return NodeName.of("netview.hq");
        }
    }

    /** Stands for the platform: a clock, and a control port that refuses nobody. */
    @TestConfiguration(proxyBeanMethods = false)
    static class Platform {
        @Bean
        InstantSource clock() {
            return InstantSource.system();
        }

        @Bean
        @Order(Ordered.LOWEST_PRECEDENCE - 10)
        SecurityFilterChain controlPort(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                    .csrf(csrf -> csrf.disable())
                    .build();
        }
    }

    /** What must never be reached through the people's port. */
    @RestController
    static class ControlEndpoints {
        @GetMapping("/node")
        String node() {
            return "control";
        }

        @GetMapping("/tree")
        String tree() {
            return "control";
        }
    }
}
