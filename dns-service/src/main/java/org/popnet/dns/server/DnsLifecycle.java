package org.popnet.dns.server;

import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.knowledge.Checkpoint;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.KnowledgeExchange;
import org.popnet.dns.knowledge.KnowledgeSettings;
import org.popnet.dns.knowledge.LatencyRequester;
import org.popnet.dns.knowledge.PersistenceExchange;
import org.popnet.dns.knowledge.WatchRequester;
import org.popnet.dns.zone.ZoneSnapshot;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.datagram.Received;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.ProbeReport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.SmartLifecycle;

/** Starts the name server in the right order, keeps its knowledge moving, and stops it without losing a query. */
final class DnsLifecycle implements SmartLifecycle, HealthIndicator {
    private static final Logger LOG = LoggerFactory.getLogger(DnsLifecycle.class);
    private static final int REQUESTS_INTERVAL_MS = 50;
    private static final int WATCH_INTERVAL_MS = 200;
    private static final int EXCHANGE_INTERVAL_MS = 100;
    private static final int PREPARE_INTERVAL_MS = 100;
    /** Between the pieces of a checkpoint: one of 10 MB takes three seconds. */
    private static final int CHECKPOINT_STEP_MS = 20;

    private static final int LOG_INTERVAL_MS = 50;
    private static final int EXPIRE_INTERVAL_MS = 300_000;
    private static final int PLACES_INTERVAL_MS = 300_000;

    private final CurrentTree tree;
    private final FirstZone firstZone;
    private final DatagramPort datagrams;
    private final Knowledge knowledge;
    private final KnowledgeSettings settings;
    private final Checkpoint checkpoint;
    private final PersistenceExchange persistence;
    private final KnowledgeExchange exchange;
    private final CookieSecret cookieSecret;
    private final QueryLog log;
    private final NameServer server;
    private @Nullable ScheduledExecutorService chores;
    private @Nullable ScheduledExecutorService files;
    private @Nullable ScheduledExecutorService logging;
    private volatile boolean running;

    DnsLifecycle(
            CurrentTree tree,
            FirstZone firstZone,
            DatagramPort datagrams,
            Knowledge knowledge,
            KnowledgeSettings settings,
            Checkpoint checkpoint,
            PersistenceExchange persistence,
            KnowledgeExchange exchange,
            CookieSecret cookieSecret,
            QueryLog log,
            NameServer server) {
        this.tree = tree;
        this.firstZone = firstZone;
        this.datagrams = datagrams;
        this.knowledge = knowledge;
        this.settings = settings;
        this.checkpoint = checkpoint;
        this.persistence = persistence;
        this.exchange = exchange;
        this.cookieSecret = cookieSecret;
        this.log = log;
        this.server = server;
    }

    @Override
    public void start() {
        tree.subscribe(next -> {
            ZoneSnapshot compiled = firstZone.of(next);
            return () -> knowledge.activate(compiled);
        });
        checkpoint.restore(knowledge);
        knowledge.refresh();
        datagrams.onReceive(ProbeReport.class, this::probeReport);
        datagrams.onReceive(LoadReport.class, this::loadReport);
        int port = tree.node().ports().dns();
        server.start(tree.node().addresses().stream()
                .map(address -> new InetSocketAddress(address, port))
                .toList());
        ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("dns-chores").daemon().factory());
        chores = scheduler;
        LatencyRequester requester = new LatencyRequester(
                knowledge.latencyRequests(), datagrams, tree, settings.latencyRequestsPerSecond(), knowledge::nowMs);
        every(scheduler, REQUESTS_INTERVAL_MS, requester::send);
        every(scheduler, REQUESTS_INTERVAL_MS, persistence::send);
        every(scheduler, WATCH_INTERVAL_MS, new WatchRequester(knowledge, datagrams)::send);
        every(scheduler, EXCHANGE_INTERVAL_MS, exchange::ask);
        every(scheduler, PREPARE_INTERVAL_MS, knowledge::prepare);
        every(scheduler, 1000, knowledge::refresh);
        every(scheduler, 1000, server::closeIdle);
        every(scheduler, EXPIRE_INTERVAL_MS, knowledge::expire);
        // Threads of their own for what reads and writes files: a slow disk must not keep the other chores.
        ScheduledExecutorService fileChores = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("dns-files").daemon().factory());
        files = fileChores;
        every(fileChores, 1000, cookieSecret::refresh);
        every(fileChores, PLACES_INTERVAL_MS, knowledge::refreshPlaces);
        every(fileChores, settings.checkpointInterval().toMillis(), () -> checkpoint.begin(knowledge));
        every(fileChores, CHECKPOINT_STEP_MS, checkpoint::step);
        ScheduledExecutorService logger = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("dns-query-log").daemon().factory());
        logging = logger;
        every(logger, LOG_INTERVAL_MS, log::drain);
        running = true;
    }

    private void probeReport(Received<ProbeReport> received) {
        knowledge.take(received.sender(), received.message());
    }

    private void loadReport(Received<LoadReport> received) {
        knowledge.take(received.sender(), received.generation(), received.message());
    }

    private static void every(ScheduledExecutorService scheduler, long intervalMs, Runnable chore) {
        var unused = scheduler.scheduleWithFixedDelay(
                () -> {
                    try {
                        chore.run();
                    } catch (RuntimeException e) {
                        // A chore that throws once must be tried again.
                        LOG.error("a chore of the name server failed", e);
                    }
                },
                intervalMs,
                intervalMs,
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void stop() {
        running = false;
        server.stop();
        ScheduledExecutorService logger = logging;
        if (logger != null) {
            logger.shutdown();
            log.drain();
        }
        ScheduledExecutorService scheduler = chores;
        ScheduledExecutorService fileChores = files;
        if (scheduler != null && fileChores != null) {
            scheduler.shutdown();
            fileChores.shutdown();
            checkpoint.save(knowledge);
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public Health health() {
        if (!running) {
            return Health.down()
                    .withDetail("reason", "the DNS port is not open")
                    .build();
        }
        return Health.up()
                .withDetail(
                        "domains",
                        knowledge.view().zone().tree().tree().domains().size())
                .withDetail("tcpConnections", server.tcpConnections())
                .build();
    }
}
