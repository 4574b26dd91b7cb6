package org.popnet.dns.zone;

import java.util.List;
import org.popnet.dns.wire.RecordData;
import org.popnet.dns.wire.WireName;

/**
 * An apex and what every negative answer below it carries.
 *
 * @param network whether it is the network's own zone, not a customer's
 * @param servers the NS records
 * @param glue addresses of the name servers, each with its owner
 */
public record Zone(WireName apex, boolean network, RecordData soa, List<RecordData> servers, List<Glue> glue) {
    /** TTL of SOA records and of negative answers alike (RFC 2308, 5), in seconds. */
    public static final int NEGATIVE_TTL_SECONDS = 60;

    /** TTL of NS records and node addresses, in seconds: a machine that moves is found again this soon. */
    public static final int INFRASTRUCTURE_TTL_SECONDS = 300;

    public Zone {
        servers = List.copyOf(servers);
        glue = List.copyOf(glue);
    }

    /** An address record of another name that saves the client a question. */
    public record Glue(WireName owner, RecordData address) {}
}
