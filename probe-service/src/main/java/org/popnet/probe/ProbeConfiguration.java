package org.popnet.probe;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.settings.NodeSettings;
import org.popnet.probe.check.CheckRunner;
import org.popnet.probe.latency.LatencyProbe;
import org.popnet.probe.latency.LatencyRequestListener;
import org.popnet.probe.latency.RegularLatency;
import org.popnet.probe.report.ReportPublisher;
import org.popnet.probe.schedule.ServiceChecks;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the probe together: schedules → checks and latency probes → reports. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ProbeSettings.class)
class ProbeConfiguration {
    /** Tells when; what takes time runs on virtual threads. */
    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService probeClock() {
        ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("probe-clock").daemon().factory());
        clock.setRemoveOnCancelPolicy(true);
        return clock;
    }

    @Bean
    ReportPublisher reportPublisher(
            DatagramPort datagrams,
            CurrentTree tree,
            ScheduledExecutorService clock,
            ProbeSettings settings,
            MeterRegistry registry) {
        return new ReportPublisher(
                datagrams,
                tree,
                clock,
                System::nanoTime,
                settings.reportDelay(),
                settings.reportWaitingMax(),
                registry);
    }

    @Bean
    CheckRunner checkRunner(NodeSettings node, ScheduledExecutorService clock) {
        return new CheckRunner(node.address(), clock, System::nanoTime);
    }

    @Bean
    ServiceChecks serviceChecks(
            CurrentTree tree,
            CheckRunner runner,
            ScheduledExecutorService clock,
            InstantSource wallClock,
            ProbeSettings settings,
            ReportPublisher reports,
            MeterRegistry registry) {
        ServiceChecks checks = new ServiceChecks(
                tree.self(),
                runner,
                clock,
                System::nanoTime,
                wallClock,
                random(),
                settings.checks(),
                reports::publish,
                registry);
        tree.subscribe(checks);
        return checks;
    }

    @Bean
    LatencyProbe latencyProbe(
            NodeSettings node,
            CheckRunner runner,
            InstantSource wallClock,
            ProbeSettings settings,
            ReportPublisher reports,
            MeterRegistry registry) {
        return new LatencyProbe(
                node.address(),
                runner,
                System::nanoTime,
                wallClock,
                random(),
                settings.latency(),
                reports::publish,
                registry);
    }

    @Bean
    LatencyRequestListener latencyRequestListener(
            DatagramPort datagrams,
            CurrentTree tree,
            LatencyProbe probe,
            ProbeSettings settings,
            MeterRegistry registry) {
        return new LatencyRequestListener(datagrams, tree, probe, System::nanoTime, settings.latency(), registry);
    }

    @Bean
    RegularLatency regularLatency(
            CurrentTree tree,
            LatencyProbe probe,
            ScheduledExecutorService clock,
            ProbeSettings settings,
            MeterRegistry registry) {
        RegularLatency latency =
                new RegularLatency(probe, clock, System::nanoTime, random(), settings.latency(), registry);
        tree.subscribe(latency);
        return latency;
    }

    /** The calling thread's own source, whichever thread that is. */
    private static RandomGenerator random() {
        return () -> ThreadLocalRandom.current().nextLong();
    }
}
