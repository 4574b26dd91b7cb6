package org.popnet.admin.flush;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.stream.Stream;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.flush.FlushOrder;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Service;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a flush from the wish to the network: recorded first, then sent. */
class Flushes {
    private static final Logger log = LoggerFactory.getLogger(Flushes.class);

    private final CurrentTree tree;
    private final FlushLedger ledger;
    private final FlushSender sender;
    private final MeterRegistry meters;

    Flushes(CurrentTree tree, FlushLedger ledger, FlushSender sender, MeterRegistry meters) {
        this.tree = tree;
        this.ledger = ledger;
        this.sender = sender;
        this.meters = meters;
    }

    boolean knows(String site) {
        return tree.get().tree().domain(site) != null;
    }

    FlushLedger ledger() {
        return ledger;
    }

    /** Records a flush of a site of the tree and sets it going. */
    FlushLedger.Entry request(String site, FlushOrder.Kind kind, String value, String by, String via) {
        NetworkTree now = tree.get().tree();
        List<Node> nodes = Stream.of(Service.ORIGIN_FETCH, Service.EDGE_CACHE)
                .flatMap(now::nodes)
                .toList();
        sender.claim(site);
        FlushLedger.Entry entry;
        try {
            entry = ledger.record(site, kind, value, by, via, nodes);
        } catch (RuntimeException e) {
            sender.release(site);
            throw e;
        }
        log.info("flush {} of {} for {} ({}): {} {}", entry.flush().id().number(), site, by, via, kind, value);
        sender.send(entry.flush().order(), nodes);
        meters.counter("popnet.admin.flush.requested", "kind", kind.name()).increment();
        return entry;
    }
}
