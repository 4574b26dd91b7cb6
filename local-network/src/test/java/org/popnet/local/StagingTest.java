package org.popnet.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.local.state.Instance;
import org.popnet.local.state.StateDirectory;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.TreeParser;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/** What docker-compose.yml says and what is prepared for it fit together. */
class StagingTest {
    private static final Path PROJECT = Path.of("..");

    @TempDir
    Path temporary;

    private StateDirectory state;
    private Staging staging;

    @BeforeEach
    void prepare() throws Exception {
        state = new StateDirectory(temporary.resolve("state"));
        staging = new Staging(state, new Instance("172.30"));
        staging.prepare(PROJECT.resolve("config-repo"), "172.30.0.10:5432");
    }

    @Test
    void everyProcessOfTheTreeHasAContainerAtItsAddressAndAStartFile() throws Exception {
        NetworkTree tree = TreeParser.parse("network.yml", Files.readString(state.tree()));
        Map<String, String> wanted = new TreeMap<>(Map.of("postgresql", "172.30.0.10", "california", "172.30.21.1"));
        wanted.put("newyork", "172.30.22.1");
        wanted.put("paris", "172.30.23.1");
        for (Node node : tree.nodes().values()) {
            wanted.put(node.name().toString(), node.address().getHostAddress());
        }
        tree.customers().values().forEach(c -> c.servers()
                .values()
                .forEach(s -> wanted.put(s.name() + "." + c.name(), s.address().getHostAddress())));

        assertThat(containers()).isEqualTo(wanted);
        assertThat(wanted.values()).doesNotHaveDuplicates();
        for (String name : wanted.keySet()) {
            if (!name.equals("postgresql")) {
                assertThat(Files.readAllLines(state.root().resolve("start/" + name)))
                        .as(name)
                        .allMatch(argument -> argument.startsWith("\"") && argument.endsWith("\""));
            }
        }
    }

    @Test
    void nodesReachTheirDatabaseWithTheRolesThatPostgresIsTold() throws Exception {
        Path init = temporary.resolve("init");
        staging.prepareDatabase(init);
        String password = Files.readString(init.resolve("password"));
        staging.prepareDatabase(init);

        assertThat(Files.readString(init.resolve("password"))).isEqualTo(password);
        List<String> log = Files.readAllLines(state.nodeProperties("log.hq"));
        assertThat(log).contains("spring.datasource.url=jdbc:postgresql://172.30.0.10:5432/popnet");
        String rolePassword = log.stream()
                .filter(l -> l.startsWith("spring.datasource.password="))
                .map(l -> l.substring(l.indexOf('=') + 1))
                .findFirst()
                .orElseThrow();
        assertThat(Files.readString(init.resolve("roles.sql")))
                .contains("CREATE ROLE log LOGIN;", "ALTER ROLE log PASSWORD '" + rolePassword + "';")
                .contains("CREATE SCHEMA IF NOT EXISTS log AUTHORIZATION log;");
    }

    /** Addresses by service name, of those that have one of their own. */
    @SuppressWarnings("unchecked")
    private static Map<String, String> containers() throws Exception {
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(1000);
        Map<String, Object> compose = new Yaml(options).load(Files.readString(PROJECT.resolve("docker-compose.yml")));
        Map<String, String> addresses = new TreeMap<>();
        ((Map<String, Map<String, Object>>) compose.get("services")).forEach((name, service) -> {
            Map<String, String> network = ((Map<String, Map<String, String>>) service.get("networks")).get("popnet");
            if (network.containsKey("ipv4_address")) {
                addresses.put(name, network.get("ipv4_address"));
            }
        });
        return addresses;
    }
}
