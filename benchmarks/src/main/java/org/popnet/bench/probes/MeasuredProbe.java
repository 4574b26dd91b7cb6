package org.popnet.bench.probes;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.popnet.bench.MeasuredNode;
import org.popnet.bench.Usage;
import org.popnet.local.control.Metrics;
import org.popnet.platform.control.ControlException;

/** The probe as a process on its core, as a restart would find it: tree and settings on its disk, the admin service away. */
final class MeasuredProbe implements AutoCloseable {
    static final int INSTANCE = 85;
    private static final int ATTEMPTS = 4;
    private static final Map<String, String> CHECKS = Map.of("schedule", "checks");

    private final MeasuredNode node;

    /**
     * What it had done at one moment.
     *
     * @param failures checks by how they failed
     * @param lagMs50 median of the last {@link #prepare lag window}
     */
    record Reading(
            long nanos,
            long cpuMicros,
            double checks,
            Map<String, Double> failures,
            double skipped,
            double lagged,
            double lagMs50,
            double lagMs99,
            double lagMsMax) {
        double failed() {
            return failures.values().stream().mapToDouble(Double::doubleValue).sum();
        }
    }

    private MeasuredProbe(MeasuredNode node) {
        this.node = node;
    }

    /**
     * Prepares its state, in place of what an earlier run left.
     *
     * @param lagWindow what percentiles of the schedule's lag are over
     */
    static MeasuredProbe prepare(Path directory, String tree, Duration lagWindow, List<String> jvmOptions)
            throws IOException {
        List<String> settings = List.of(
                "management.metrics.distribution.expiry.popnet.probe.schedule.lag=" + lagWindow.toSeconds() + "s");
        return new MeasuredProbe(
                MeasuredNode.prepare(directory, INSTANCE, tree, ProbedWorld.PROBE, settings, jvmOptions));
    }

    void start() throws InterruptedException {
        node.start();
    }

    Reading read() {
        Metrics metrics = metrics();
        Map<String, Double> results = new TreeMap<>();
        for (Metrics.Sample sample : metrics.samples()) {
            if (sample.name().equals("popnet_probe_checks_seconds_count")) {
                results.merge(sample.labels().getOrDefault("result", ""), sample.value(), Double::sum);
            }
        }
        double all = results.values().stream().mapToDouble(Double::doubleValue).sum();
        results.remove("up");
        return new Reading(
                System.nanoTime(),
                Usage.cpuMicros(process()),
                all,
                results,
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
                return node.network().metrics(ProbedWorld.PROBE);
            } catch (ControlException e) {
                // it is busy; the last attempt says so
            }
        }
        return node.network().metrics(ProbedWorld.PROBE);
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
        return node.process();
    }

    @Override
    public void close() {
        node.close();
    }
}
