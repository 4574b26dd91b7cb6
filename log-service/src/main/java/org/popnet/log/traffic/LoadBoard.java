package org.popnet.log.traffic;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.SiteLoad;
import org.popnet.platform.tree.NodeName;

/** The last load report of every content machine. In memory only; bounded by the nodes of the tree. */
public final class LoadBoard {
    /** Reports come every second; after this one counts for nothing. */
    static final Duration FRESH = Duration.ofSeconds(5);

    private final InstantSource clock;
    private final Map<NodeName, Heard> reports = new ConcurrentHashMap<>();

    private record Heard(long atMs, LoadReport report) {}

    public LoadBoard(InstantSource clock) {
        this.clock = clock;
    }

    public void heard(NodeName node, LoadReport report) {
        reports.put(node, new Heard(clock.millis(), report));
    }

    /** Open connections to these sites on these nodes, as far as they have reported lately. */
    long openConnections(Collection<NodeName> nodes, Collection<String> sites) {
        long now = clock.millis();
        long open = 0;
        for (NodeName node : nodes) {
            Heard heard = reports.get(node);
            if (heard == null || now - heard.atMs() > FRESH.toMillis()) {
                continue;
            }
            for (String site : sites) {
                SiteLoad load = heard.report().sites().get(site);
                open += load == null ? 0 : load.openConnections();
            }
        }
        return open;
    }

    /** When the node last reported, in milliseconds since the epoch by our clock; empty if it has not lately. */
    public OptionalLong lastHeardMs(NodeName node) {
        Heard heard = reports.get(node);
        return heard == null || clock.millis() - heard.atMs() > FRESH.toMillis()
                ? OptionalLong.empty()
                : OptionalLong.of(heard.atMs());
    }
}
