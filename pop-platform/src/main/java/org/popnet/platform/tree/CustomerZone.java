package org.popnet.platform.tree;

import java.util.List;
import org.xbill.DNS.Record;

/**
 * A zone of a customer that the network answers for whole: its static records, beside those of the customer's domains
 * that lie in it, whose addresses are steered. SOA and NS of the apex are the network's own and do not stand here.
 *
 * @param name in lower case, without a trailing dot
 * @param records in the order of the tree; owners lie in the zone, a CNAME stands alone, all records of a name and type
 *     have one TTL, below a delegation (NS) there is nothing but its glue (A, AAAA)
 */
public record CustomerZone(String name, String customer, List<Record> records) {
    public CustomerZone {
        records = List.copyOf(records);
    }
}
