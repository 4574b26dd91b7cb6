package org.popnet.probe;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.settings.NodeSettings;
import org.popnet.platform.spool.LogSink;
import org.popnet.probe.check.CheckRunner;
import org.popnet.probe.check.Logins;
import org.popnet.probe.latency.LatencyProbe;
import org.popnet.probe.latency.LatencyRequestListener;
import org.popnet.probe.latency.RegularLatency;
import org.popnet.probe.load.LoadPolls;
import org.popnet.probe.report.ReportPublisher;
import org.popnet.probe.report.StateChanges;
import org.popnet.probe.schedule.ServiceChecks;
import org.popnet.probe.schedule.WatchList;
import org.popnet.probe.timer.TimerWheel;
import org.popnet.probe.timer.Timers;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the probe together: schedules → checks, latency probes and questions for load → reports. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ProbeSettings.class)
class ProbeConfiguration {
    /** Tells when; what takes time runs on virtual threads. */
    @Bean
    TimerWheel probeTimers() {
        return new TimerWheel("probe-timers", System::nanoTime);
    }

    @Bean
    ReportPublisher reportPublisher(
            DatagramPort datagrams, CurrentTree tree, Timers timers, ProbeSettings settings, MeterRegistry registry) {
        return new ReportPublisher(
                datagrams,
                tree,
                timers,
                System::nanoTime,
                settings.reportDelay(),
                settings.reportWaitingMax(),
                registry);
    }

    @Bean
    CheckRunner checkRunner(NodeSettings node, CurrentTree tree, Timers timers, ProbeSettings settings) {
        Logins logins = new Logins(Objects.requireNonNullElse(
                settings.secrets(), node.stateDirectory().resolve("secrets")));
        return new CheckRunner(node.address(), () -> tree.node().address6(), timers, System::nanoTime, logins);
    }

    @Bean
    WatchList watchList(DatagramPort datagrams, Timers timers) {
        return new WatchList(datagrams, timers, System::nanoTime);
    }

    @Bean
    ServiceChecks serviceChecks(
            CurrentTree tree,
            CheckRunner runner,
            Timers timers,
            InstantSource wallClock,
            ProbeSettings settings,
            ReportPublisher reports,
            LogSink logs,
            WatchList watchList,
            MeterRegistry registry) {
        ServiceChecks checks = new ServiceChecks(
                tree.self(),
                runner,
                timers,
                System::nanoTime,
                wallClock,
                random(),
                settings.checks(),
                reports::publish,
                new StateChanges(logs, wallClock),
                watchList,
                registry);
        tree.subscribe(checks);
        return checks;
    }

    @Bean
    LoadPolls loadPolls(
            CurrentTree tree,
            CheckRunner runner,
            ControlHttp control,
            Timers timers,
            InstantSource wallClock,
            ProbeSettings settings,
            ReportPublisher reports,
            MeterRegistry registry) {
        LoadPolls polls = new LoadPolls(
                tree.self(),
                runner,
                (node, path) -> control.get(node, path, LoadReport.class),
                timers,
                System::nanoTime,
                wallClock,
                random(),
                settings.load(),
                reports::publish,
                registry);
        tree.subscribe(polls);
        return polls;
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
            WatchList watchList,
            Timers timers,
            ProbeSettings settings,
            MeterRegistry registry) {
        RegularLatency latency = new RegularLatency(
                tree.self(), probe, watchList, timers, System::nanoTime, random(), settings.latency(), registry);
        tree.subscribe(latency);
        return latency;
    }

    /** The calling thread's own source, whichever thread that is. */
    private static RandomGenerator random() {
        return () -> ThreadLocalRandom.current().nextLong();
    }
}
