package org.popnet.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.local.process.StartException;
import org.popnet.platform.tree.Generation;

@Tag("process")
@Timeout(300)
class LocalNetworkTest {
    private static final int INSTANCE = 91;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void startedNodesAreUpOnOneGenerationAndTakeANewTree() throws Exception {
        try (LocalNetwork network = network().only("admin.hq", "dns.westusa").start()) {
            Map<String, ProcessStatus> status = byName(network);
            assertThat(status.keySet()).containsExactlyInAnyOrder("postgresql", "admin.hq", "dns.westusa");
            assertThat(status.values()).allMatch(ProcessStatus::isUp);
            assertThat(status.get("postgresql").generation()).isNull();
            assertThat(status.get("dns.westusa").generation())
                    .isNotNull()
                    .isEqualTo(status.get("admin.hq").generation());

            Generation generation =
                    network.putTree(network.instance().translate(TestTree.TEXT).replace("ttl: 20s", "ttl: 30s"));
            assertThat(byName(network).get("dns.westusa").generation()).isEqualTo(generation.number());

            network.awaitMetric("dns.westusa", "jvm_classes_loaded_classes", loaded -> loaded > 1000, PATIENCE);
            assertThat(network.metrics("dns.westusa").samples()).hasSizeGreaterThan(20);
        }
    }

    @Test
    void killedPausedAndStoppedNodesAreSeenAndComeBack() throws Exception {
        try (LocalNetwork network = network().only("admin.hq", "dns.westusa").start()) {
            network.kill("dns.westusa");
            assertThat(byName(network).get("dns.westusa").health()).isEqualTo("DOWN");
            assertThat(byName(network).get("dns.westusa").pid()).isNull();

            network.start();
            assertThat(byName(network).get("dns.westusa").isUp()).isTrue();

            network.kill("postgresql");
            assertThat(byName(network).get("postgresql").health()).isEqualTo("DOWN");
            network.start("postgresql");

            network.stop("admin.hq");
            network.start("admin.hq");
            network.awaitHealthy(PATIENCE);
            assertThat(network.status()).allMatch(ProcessStatus::isUp);
        }
    }

    @Test
    void busyPortIsToldWithItsHolderAndNothingIsStarted() throws Exception {
        LocalNetwork network = network().only("admin.hq", "dns.westusa").prepare();
        try (network;
                ServerSocket busy =
                        new ServerSocket(5300, 1, network.node("dns.westusa").address())) {
            assertThat(busy.isBound()).isTrue();
            assertThatThrownBy(network::start)
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("dns.westusa: TCP port 5300 of 127.191.1.1 is in use by")
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
            assertThat(network.state().processes()).doesNotExist();
        }
    }

    @Test
    void nodeThatDiesAtOnceTakesNothingElseWithItButWhatWasStartedIsStopped() throws Exception {
        LocalNetwork network = network()
                .only("admin.hq", "dns.westusa")
                .jvmOptions("-XX:ThisOptionDoesNotExist")
                .prepare();
        try (network) {
            assertThatThrownBy(network::start)
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("admin.hq ended at once, with exit code 1")
                    .hasMessageContaining("ThisOptionDoesNotExist");
            assertThat(network.state().processes()).doesNotExist();
            assertThat(ProcessHandle.current()
                            .descendants()
                            .map(p -> p.info().command().orElse("")))
                    .noneMatch(command -> command.contains("postgres"));
        }
    }

    private LocalNetworkBuilder network() {
        return LocalNetwork.builder()
                .instance(INSTANCE)
                .state(directory.resolve("state"))
                .tree(TestTree.TEXT);
    }

    private static Map<String, ProcessStatus> byName(LocalNetwork network) {
        List<ProcessStatus> status = network.status();
        return status.stream().collect(Collectors.toMap(ProcessStatus::name, Function.identity()));
    }
}
