package org.popnet.admin.flush;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.popnet.platform.flush.FlushAcknowledgement;
import org.popnet.platform.flush.FlushOrder;
import org.popnet.platform.tree.Node;
import org.springframework.data.domain.Limit;
import org.springframework.transaction.support.TransactionTemplate;

/** All flushes of the network and what every node said to them, in PostgreSQL. */
class FlushLedger {
    private final FlushRepository flushes;
    private final ReceiptRepository receipts;
    private final TransactionTemplate transaction;
    private final InstantSource clock;

    /** A flush with its receipts. */
    record Entry(Flush flush, List<Receipt> receipts) {}

    FlushLedger(
            FlushRepository flushes, ReceiptRepository receipts, TransactionTemplate transaction, InstantSource clock) {
        this.flushes = flushes;
        this.receipts = receipts;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** Gives a flush its number; it is durable, with a receipt to come from each of these nodes, when this returns. */
    Entry record(
            String site,
            FlushOrder.Kind kind,
            String value,
            String requestedBy,
            String requestedVia,
            List<Node> nodes) {
        return transaction.execute(status -> {
            long number = flushes.nextNumber(site);
            Flush flush = flushes.save(
                    new Flush(new FlushOrder(site, number, kind, value), requestedBy, requestedVia, clock.instant()));
            List<Receipt> pending = nodes.stream()
                    .map(node -> new Receipt(
                            new ReceiptId(site, number, node.name().toString()),
                            node.service().key()))
                    .toList();
            return new Entry(flush, receipts.saveAll(pending));
        });
    }

    Optional<Entry> find(String site, long number) {
        return flushes.findById(new FlushId(site, number))
                .map(flush -> new Entry(flush, receipts.between(site, number, number)));
    }

    /** The site's flushes after a number, {@code limit} at most, oldest first. */
    List<Entry> after(String site, long number, int limit) {
        return withReceipts(site, flushes.after(site, number, Limit.of(limit)));
    }

    /** The site's last flushes, newest last. */
    List<Entry> last(String site, int limit) {
        return withReceipts(site, flushes.newestFirst(site, Limit.of(limit)).reversed());
    }

    /** The last number of every site that was ever flushed. */
    Map<String, Long> watermarks() {
        return flushes.lastNumbers().stream().collect(Collectors.toMap(SiteNumber::getSite, SiteNumber::getNumber));
    }

    /** The nodes that have not acknowledged everything. */
    List<String> owing() {
        return receipts.owing();
    }

    /** The last order of each site that a node has not acknowledged, for {@code limit} sites at most. */
    List<FlushOrder> owed(String node, int limit) {
        return receipts.owed(node, Limit.of(limit)).stream()
                .flatMap(last -> flushes.findById(new FlushId(last.getSite(), last.getNumber())).stream())
                .map(Flush::order)
                .toList();
    }

    /** Stores a node's answer; whatever stands below the watermark that it names is done with it. */
    void acknowledged(ReceiptId id, FlushAcknowledgement answer, long tookMs) {
        transaction.executeWithoutResult(status -> {
            receipts.done(id, answer.objects(), tookMs);
            receipts.doneUpTo(id.node(), id.site(), answer.watermark(), "applied with a later one");
        });
    }

    void failed(ReceiptId id, long tookMs, String detail) {
        String cut = detail.substring(0, Math.min(detail.length(), Receipt.DETAIL_MAX));
        transaction.executeWithoutResult(status -> receipts.failed(id, tookMs, cut));
    }

    /** Nothing more is expected of a node that the tree no longer has. */
    void gone(String node) {
        transaction.executeWithoutResult(status -> receipts.settle(node, "no longer in the tree"));
    }

    private List<Entry> withReceipts(String site, List<Flush> found) {
        if (found.isEmpty()) {
            return List.of();
        }
        Map<Long, List<Receipt>> byNumber =
                receipts
                        .between(
                                site,
                                found.getFirst().id().number(),
                                found.getLast().id().number())
                        .stream()
                        .collect(Collectors.groupingBy(r -> r.id().number()));
        return found.stream()
                .map(flush -> new Entry(flush, byNumber.getOrDefault(flush.id().number(), List.of())))
                .toList();
    }
}
