package org.popnet.dns.server;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.popnet.dns.knowledge.Checkpoint;
import org.popnet.dns.knowledge.GeoLocations;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.KnowledgeExchange;
import org.popnet.dns.knowledge.KnowledgeSettings;
import org.popnet.dns.knowledge.PersistenceExchange;
import org.popnet.dns.steering.Geography;
import org.popnet.dns.wire.Cookies;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.geo.GeoDatabase;
import org.popnet.platform.identity.IdentityFiles;
import org.popnet.platform.settings.NodeSettings;
import org.popnet.platform.settings.StartRefusedException;
import org.popnet.platform.spool.LogSink;
import org.popnet.platform.tree.Node;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the name server. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({DnsSettings.class, ResponseLimitSettings.class, KnowledgeSettings.class})
class DnsConfiguration {
    private static final long NANOS_PER_MS = 1_000_000;
    /** Lets ages reach back before the start of the process: 34 years fit the clock, two years lie behind its zero. */
    private static final long CLOCK_START_MS = 2L * 365 * 24 * 3600 * 1000;

    /** The first of all, so that it has the most time. */
    @Bean
    FirstZone firstZone(CurrentTree tree) {
        return FirstZone.begin(tree.get(), tree.self());
    }

    @Bean
    Knowledge knowledge(KnowledgeSettings settings, Optional<GeoLocations> places) {
        long start = System.nanoTime();
        LongSupplier clock = () -> CLOCK_START_MS + (System.nanoTime() - start) / NANOS_PER_MS;
        return new Knowledge(settings, clock, places.map(Geography.class::cast).orElse(Geography.UNKNOWN));
    }

    @Bean
    @ConditionalOnProperty("popnet.dns.knowledge.location-database")
    GeoLocations geoLocations(KnowledgeSettings settings, MeterRegistry registry) {
        Path file = Path.of(settings.locationDatabase().orElseThrow());
        GeoDatabase database;
        try {
            database = new GeoDatabase("popnet.dns.knowledge.location-database", file, System::nanoTime);
        } catch (IOException e) {
            throw new StartRefusedException(String.valueOf(e.getMessage()), e);
        }
        GeoLocations places = new GeoLocations(database, settings.locationsRemembered());
        DnsMetrics.register(registry, places);
        return places;
    }

    @Bean
    PersistenceExchange persistenceExchange(
            Knowledge knowledge,
            KnowledgeSettings settings,
            DatagramPort datagrams,
            CurrentTree tree,
            InstantSource wallClock,
            MeterRegistry registry) {
        PersistenceExchange exchange =
                new PersistenceExchange(knowledge, datagrams, tree, settings.persistenceWaitingMax());
        exchange.begin(wallClock);
        DnsMetrics.register(registry, exchange);
        return exchange;
    }

    @Bean
    KnowledgeExchange knowledgeExchange(
            Knowledge knowledge,
            KnowledgeSettings settings,
            DatagramPort datagrams,
            CurrentTree tree,
            MeterRegistry registry) {
        KnowledgeExchange exchange = new KnowledgeExchange(
                knowledge, datagrams, tree, settings.exchangeInterval().toMillis());
        DnsMetrics.register(registry, exchange);
        return exchange;
    }

    @Bean
    DnsMetrics dnsMetrics(MeterRegistry registry, Knowledge knowledge) {
        DnsMetrics.register(registry, knowledge);
        return new DnsMetrics(registry);
    }

    @Bean
    KernelDrops kernelDrops(CurrentTree tree, MeterRegistry registry) {
        Node node = tree.node();
        int port = node.ports().dns();
        KernelDrops drops = new KernelDrops(node.addresses().stream()
                .map(address -> new InetSocketAddress(address, port))
                .toList());
        DnsMetrics.register(registry, drops);
        return drops;
    }

    @Bean
    CookieSecret cookieSecret(DnsSettings settings, NodeSettings node) {
        return settings.cookieSecretFile()
                .map(file -> CookieSecret.load(Path.of(file)))
                .orElseGet(() -> CookieSecret.load(new IdentityFiles(node.identityDirectory()), new SecureRandom()));
    }

    @Bean
    QueryLog queryLog(LogSink sink, InstantSource wallClock, MeterRegistry registry) {
        QueryLog log = new QueryLog(sink, wallClock);
        DnsMetrics.register(registry, log);
        return log;
    }

    @Bean
    DnsLifecycle nameServer(
            DnsSettings settings,
            ResponseLimitSettings limits,
            QueryLog log,
            KnowledgeSettings knowledgeSettings,
            NodeSettings node,
            Knowledge knowledge,
            CookieSecret cookieSecret,
            InstantSource wallClock,
            DnsMetrics metrics,
            PersistenceExchange persistence,
            KnowledgeExchange exchange,
            CurrentTree tree,
            FirstZone firstZone,
            DatagramPort datagrams) {
        SecureRandom seeds = new SecureRandom();
        Cookies cookies = cookieSecret.cookies();
        ResponseLimiter limiter = new ResponseLimiter(limits, seeds.nextLong());
        QueryPipeline pipeline =
                new QueryPipeline(knowledge, cookies, wallClock, metrics, limiter, log, settings.tcpInviteOneIn());
        NameServer server = new NameServer(
                settings,
                knowledge,
                pipeline,
                metrics,
                cookies,
                node.node().getBytes(StandardCharsets.US_ASCII),
                seeds::nextLong);
        Checkpoint checkpoint =
                new Checkpoint(node.stateDirectory().resolve("dns").resolve("knowledge"), wallClock);
        return new DnsLifecycle(
                tree,
                firstZone,
                datagrams,
                knowledge,
                knowledgeSettings,
                checkpoint,
                persistence,
                exchange,
                cookieSecret,
                log,
                server);
    }
}
