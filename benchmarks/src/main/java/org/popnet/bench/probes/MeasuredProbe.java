package org.popnet.bench.probes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.popnet.bench.Core;
import org.popnet.bench.Usage;
import org.popnet.local.LocalNetwork;
import org.popnet.local.ProcessStatus;
import org.popnet.local.control.Metrics;
import org.popnet.platform.control.ControlException;
import org.popnet.platform.settings.DurableFiles;
import org.popnet.platform.tree.Generation;

/** The probe as a process on its core, as a restart would find it: tree and settings on its disk, the admin service away. */
final class MeasuredProbe implements AutoCloseable {
    static final int INSTANCE = 87;
    private static final int ATTEMPTS = 4;
    private static final Map<String, String> CHECKS = Map.of("schedule", "checks");

    private final LocalNetwork network;

    /**
     * What it had done at one moment.
     *
     * @param lagMs median and 99th percentile of the last {@link #prepare lag window}
     */
    record Reading(
            long nanos,
            long cpuMicros,
            double checks,
            double failed,
            double skipped,
            double lagged,
            double lagMs50,
            double lagMs99,
            double lagMsMax) {}

    private MeasuredProbe(LocalNetwork network) {
        this.network = network;
    }

    /**
     * Prepares its state, in place of what an earlier run left.
     *
     * @param lagWindow what percentiles of the schedule's lag are over
     */
    static MeasuredProbe prepare(Path directory, String tree, Duration lagWindow, List<String> jvmOptions)
            throws IOException {
        delete(directory);
        LocalNetwork network = LocalNetwork.builder()
                .instance(INSTANCE)
                .state(directory)
                .tree(tree)
                .only(ProbedWorld.PROBE)
                .launcher(Core.SERVER.launcher().toArray(String[]::new))
                .jvmOptions(jvmOptions.toArray(String[]::new))
                .startTimeout(Duration.ofMinutes(2))
                .prepare();
        Path state = network.state().node(ProbedWorld.PROBE);
        String text = Files.readString(network.state().tree());
        Generation generation = new Generation(1, "0".repeat(40), Generation.sha256(text));
        write(
                state.resolve("settings/last-good.properties"),
                "management.metrics.distribution.expiry.popnet.probe.schedule.lag=" + lagWindow.toSeconds() + "s\n");
        write(state.resolve("tree/1.yml"), text);
        write(
                state.resolve("tree/active"),
                "number=1\ncommit=" + generation.commit() + "\nsha256=" + generation.sha256() + "\n");
        return new MeasuredProbe(network);
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        DurableFiles.write(file, text);
    }

    private static void delete(Path tree) throws IOException {
        if (Files.exists(tree)) {
            try (var paths = Files.walk(tree)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    void start() throws InterruptedException {
        network.start();
    }

    LocalNetwork network() {
        return network;
    }

    Reading read() {
        Metrics metrics = metrics();
        double up = metrics.sum("popnet_probe_checks_seconds_count", Map.of("result", "up"));
        double all = metrics.sum("popnet_probe_checks_seconds_count");
        return new Reading(
                System.nanoTime(),
                Usage.cpuMicros(process()),
                all,
                all - up,
                metrics.sum("popnet_probe_schedule_skipped_total", CHECKS)
                        + metrics.sum("popnet_probe_checks_discarded_total"),
                metrics.sum("popnet_probe_checks_lagged_total"),
                lagMs(metrics, "popnet_probe_schedule_lag_seconds", "0.5"),
                lagMs(metrics, "popnet_probe_schedule_lag_seconds", "0.99"),
                metrics.sum("popnet_probe_schedule_lag_seconds_max", CHECKS) * 1000);
    }

    /** One that is starved of its processor may answer the second time only. */
    private Metrics metrics() {
        for (int i = 1; i < ATTEMPTS; i++) {
            try {
                return network.metrics(ProbedWorld.PROBE);
            } catch (ControlException e) {
                // it is busy; the last attempt says so
            }
        }
        return network.metrics(ProbedWorld.PROBE);
    }

    private static double lagMs(Metrics metrics, String name, String quantile) {
        List<Metrics.Sample> samples = metrics.samples().stream()
                .filter(s -> s.name().equals(name)
                        && "checks".equals(s.labels().get("schedule"))
                        && quantile.equals(s.labels().get("quantile")))
                .toList();
        if (samples.size() != 1) {
            throw new IllegalStateException(
                    "the probe tells " + samples.size() + " values of " + name + " for quantile " + quantile);
        }
        return samples.getFirst().value() * 1000;
    }

    ProcessHandle process() {
        return network.status().stream()
                .filter(p -> p.name().equals(ProbedWorld.PROBE))
                .map(ProcessStatus::pid)
                .filter(p -> p != null)
                .findFirst()
                .flatMap(ProcessHandle::of)
                .orElseThrow(() -> new IllegalStateException("the probe does not run"));
    }

    @Override
    public void close() {
        network.close();
    }
}
