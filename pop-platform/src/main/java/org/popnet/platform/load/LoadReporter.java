package org.popnet.platform.load;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.SiteLoad;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Service;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Tells all name servers and log servers each second how busy this node is.
 *
 * <p>A datagram holds {@value #ENTRIES_MAX} sites and as many watermarks: with more than that, each report carries the
 * whole node's figures and the next part of the sites, in turn, so that a site not named in a report is merely not
 * renewed by it. {@link #current} has them all.
 */
public final class LoadReporter implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(LoadReporter.class);
    private static final long INTERVAL_MS = 1_000;
    /** 8 × (a name of up to 40 bytes + 80 bytes of figures) leaves room for the rest within 1,200 bytes. */
    static final int ENTRIES_MAX = 8;
    /** 6 × 50 bytes take the room of three of those entries. */
    static final int CLIENTS_MAX = 6;

    private static final int ENTRIES_BESIDE_CLIENTS = 5;

    private final TrafficMeter meter;
    private final MachineLoad machine = new MachineLoad(ControlGroup.ofThisProcess(System::nanoTime));
    private final WatermarkSource watermarks;
    private final RoundTripSource roundTrips;
    private final DatagramPort datagrams;
    private final CurrentTree tree;
    private volatile LoadReport current = new LoadReport(0, 0, 0, 0, 0, 0, Map.of(), Map.of(), 0, 0, 0, List.of());
    private @Nullable InetAddress linkAddress;
    private double link;
    private @Nullable String lastSite;
    private @Nullable String lastWatermark;
    private @Nullable ScheduledExecutorService timer;

    public LoadReporter(
            TrafficMeter meter,
            WatermarkSource watermarks,
            RoundTripSource roundTrips,
            DatagramPort datagrams,
            CurrentTree tree) {
        this.meter = meter;
        this.watermarks = watermarks;
        this.roundTrips = roundTrips;
        this.datagrams = datagrams;
        this.tree = tree;
        tree.subscribe(next -> () -> meter.retain(next.tree().domains().keySet()));
    }

    /** The last second's load, with every site that has traffic and every watermark. */
    public LoadReport current() {
        return current;
    }

    /** Measures, and sends a report to every name server and log server of the tree. */
    void report() {
        TrafficMeter.Rates rates = meter.tick();
        double carried = linkBytesPerSecond();
        current = new LoadReport(
                machine.cpu(),
                machine.memory(),
                meter.openConnections(),
                rates.requestsPerSecond(),
                rates.bytesPerSecond(),
                rates.responseMs(),
                rates.sites(),
                Map.copyOf(watermarks.watermarks()),
                meter.connectionShare(),
                carried > 0 ? rates.bytesPerSecond() / carried : 0,
                meter.loopDelayMs(),
                tree.get().tree().measures().passiveRoundTrips() ? roundTrips.next(CLIENTS_MAX) : List.of());
        LoadReport datagram = fitting(current);
        NetworkTree now = tree.get().tree();
        Stream.concat(now.nodes(Service.DNS), now.nodes(Service.LOG))
                .map(Node::name)
                .forEach(receiver -> datagrams.send(receiver, datagram));
    }

    /** Looked at again with each new address of this node: a link seldom changes its speed. */
    private double linkBytesPerSecond() {
        InetAddress address =
                tree.get().tree().node(tree.self()).map(Node::address).orElse(null);
        if (address != null && !address.equals(linkAddress)) {
            linkAddress = address;
            link = LinkSpeed.bytesPerSecond(address);
        }
        return link;
    }

    private LoadReport fitting(LoadReport whole) {
        int most = whole.clients().isEmpty() ? ENTRIES_MAX : ENTRIES_BESIDE_CLIENTS;
        Map<String, SiteLoad> sites = nextPart(whole.sites(), lastSite, most);
        Map<String, Long> marks = nextPart(whole.watermarks(), lastWatermark, most);
        lastSite = last(sites);
        lastWatermark = last(marks);
        return new LoadReport(
                whole.cpu(),
                whole.memory(),
                whole.openConnections(),
                whole.requestsPerSecond(),
                whole.bytesPerSecond(),
                whole.responseMs(),
                sites,
                marks,
                whole.connectionShare(),
                whole.bandwidthShare(),
                whole.loopDelayMs(),
                whole.clients());
    }

    /** The entries after the last name, and on from the beginning, as many as fit. */
    private static <V> Map<String, V> nextPart(Map<String, V> all, @Nullable String lastName, int most) {
        if (all.size() <= most) {
            return new TreeMap<>(all);
        }
        TreeMap<String, V> sorted = new TreeMap<>(all);
        List<String> names = Stream.concat(
                        lastName == null ? Stream.of() : sorted.tailMap(lastName, false).keySet().stream(),
                        sorted.keySet().stream())
                .distinct()
                .limit(most)
                .toList();
        Map<String, V> part = new LinkedHashMap<>();
        names.forEach(name -> part.put(name, sorted.get(name)));
        return part;
    }

    private static @Nullable String last(Map<String, ?> part) {
        return part.isEmpty() ? null : List.copyOf(part.keySet()).getLast();
    }

    @Override
    public synchronized void start() {
        if (timer == null) {
            timer = Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("load-report").factory());
            timer.scheduleAtFixedRate(this::reportSafely, INTERVAL_MS, INTERVAL_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void reportSafely() {
        try {
            report();
        } catch (RuntimeException e) {
            // the next second has another chance; a periodic task that throws would never run again
            log.warn("No load report this second", e);
        }
    }

    @Override
    public synchronized void stop() {
        if (timer != null) {
            timer.shutdownNow();
            timer = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return timer != null;
    }
}
