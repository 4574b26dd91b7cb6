package org.popnet.local.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.local.TestTree;
import org.popnet.platform.identity.IdentityFiles;
import org.popnet.platform.tree.InvalidTreeException;
import org.popnet.platform.tree.NodeName;

class PreparationTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @TempDir
    Path temporary;

    private StateDirectory state;
    private Path source;

    @BeforeEach
    void configurationRepository() throws Exception {
        state = new StateDirectory(temporary.resolve(".popnet"));
        source = Files.createDirectories(temporary.resolve("config-repo"));
        Files.writeString(source.resolve("network.yml"), TestTree.TEXT);
        Files.writeString(source.resolve("dns-service.yml"), "peer: 127.0.1.1\n");
    }

    @Test
    void everyNodeGetsAnIdentityWhosePublicKeyStandsInTheCommittedTree() throws Exception {
        PreparedNetwork network = prepare(7, NOW);
        assertThat(network.tree().nodes()).hasSize(4);
        network.tree().nodes().values().forEach(node -> {
            IdentityFiles identity =
                    IdentityFiles.inStateDirectory(state.node(node.name().toString()));
            assertThat(identity.hasCertificate()).isTrue();
            assertThat(node.keys()).containsExactly(identity.loadOrCreateKey());
        });
        try (Git git = Git.open(state.configRepository().toFile())) {
            assertThat(git.status().call().isClean()).isTrue();
            assertThat(git.log().call()).hasSize(1);
        }
    }

    @Test
    void theWholeRepositoryMovesToTheInstance() throws Exception {
        PreparedNetwork network = prepare(7, NOW);
        assertThat(Files.readString(state.configRepository().resolve("dns-service.yml")))
                .isEqualTo("peer: 127.107.1.1\n");
        assertThat(network.tree()
                        .node(NodeName.of("dns.westusa"))
                        .orElseThrow()
                        .address()
                        .getHostAddress())
                .isEqualTo("127.107.1.1");
    }

    @Test
    void preparingAgainChangesNothing() throws Exception {
        prepare(7, NOW);
        Map<String, String> before = everything();
        Files.writeString(source.resolve("network.yml"), "changed: yes\n");
        prepare(7, NOW.plus(Duration.ofDays(1)));
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void certificatesAreRenewedBeforeTheyEnd() throws Exception {
        prepare(7, NOW);
        Path certificate = state.node("dns.westusa").resolve("identity/node.crt");
        String before = Files.readString(certificate);
        prepare(7, NOW.plus(Duration.ofDays(340)));
        assertThat(Files.readString(certificate)).isNotEqualTo(before);
    }

    @Test
    void nodeFileSaysWhatAProcessMustKnow() throws Exception {
        Preparation.writeNodeFiles(prepare(7, NOW), 4711);
        assertThat(Files.readAllLines(state.nodeProperties("edge1.westusa")))
                .contains(
                        "popnet.node=edge1.westusa",
                        "popnet.address=127.107.1.2",
                        "popnet.control-port=9443",
                        "popnet.zone=pop.example",
                        "popnet.config-server=https://127.107.0.1:8095",
                        "popnet.name-servers=127.107.1.1:5300")
                .noneMatch(line -> line.startsWith("spring.datasource"));
        assertThat(Files.readAllLines(state.nodeProperties("log.hq")))
                .contains("spring.datasource.url=jdbc:postgresql://localhost:4711/popnet")
                .contains("spring.datasource.username=log")
                .anyMatch(line -> line.matches("spring\\.datasource\\.password=[a-z0-9]{20}"));
    }

    @Test
    void onlyTheOwnerMayLookIntoTheState() throws Exception {
        prepare(7, NOW);
        assertThat(Files.getPosixFilePermissions(state.root())).hasSize(3);
        assertThat(Files.getPosixFilePermissions(state.logins())).hasSize(2);
    }

    @Test
    void loginsAreOfTheNetworkAndOfEachCustomer() {
        List<Login> logins = prepare(7, NOW).logins();
        assertThat(logins).extracting(Login::name).containsExactly("admin", "customer1");
        assertThat(logins).extracting(Login::customer).containsExactly("", "customer1");
        assertThat(logins).extracting(Login::password).doesNotHaveDuplicates();
    }

    @Test
    void brokenTreeIsRefusedBeforeAnythingIsWritten() throws Exception {
        Files.writeString(source.resolve("network.yml"), TestTree.TEXT.replace("127.0.1.2", "not-an-address"));
        assertThatThrownBy(() -> prepare(7, NOW)).isInstanceOf(InvalidTreeException.class);
        assertThat(state.root()).doesNotExist();
    }

    @Test
    void networkThatWasNeverPreparedCannotBeLoaded() {
        assertThatThrownBy(() -> new Preparation(state, Instance.REAL, InstantSource.system()).load())
                .hasMessageContaining("./popnet up");
    }

    private PreparedNetwork prepare(int instance, Instant now) {
        return new Preparation(state, new Instance(instance), InstantSource.fixed(now))
                .prepare(source, Optional.empty());
    }

    private Map<String, String> everything() throws Exception {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(state.root())) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                if (!path.toString().contains("/.git/")) {
                    files.put(
                            path.toString(),
                            new String(Files.readAllBytes(path), java.nio.charset.StandardCharsets.ISO_8859_1));
                }
            }
        }
        return files;
    }
}
