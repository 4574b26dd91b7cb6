package org.popnet.admin.flush;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import org.popnet.platform.flush.FlushOrder;

/**
 * A flush as it is shown.
 *
 * @param number its place in the site's history, from 1
 * @param requestedVia the certificate that the request came with
 * @param done whether every node has acknowledged
 */
record FlushView(
        String site,
        long number,
        FlushOrder.Kind kind,
        String value,
        String requestedBy,
        String requestedVia,
        Instant requestedAt,

        @Schema(description = "whether every node has acknowledged")
        boolean done,

        List<ReceiptView> receipts) {

    /**
     * What one node said.
     *
     * @param objects how many objects it removed
     * @param tookMs from sending the order to its answer, of the last attempt
     * @param detail why it failed, or what else is to be said; empty otherwise
     */
    record ReceiptView(String node, String service, Receipt.State state, long objects, long tookMs, String detail) {}

    static FlushView of(FlushLedger.Entry entry) {
        Flush flush = entry.flush();
        FlushOrder order = flush.order();
        List<ReceiptView> receipts = entry.receipts().stream()
                .map(r -> new ReceiptView(r.id().node(), r.service(), r.state(), r.objects(), r.tookMs(), r.detail()))
                .toList();
        return new FlushView(
                order.site(),
                order.number(),
                order.kind(),
                order.value(),
                flush.requestedBy(),
                flush.requestedVia(),
                flush.requestedAt(),
                receipts.stream().allMatch(r -> r.state() == Receipt.State.DONE),
                receipts);
    }
}
