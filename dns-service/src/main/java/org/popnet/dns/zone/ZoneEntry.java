package org.popnet.dns.zone;

import java.util.List;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.dns.wire.RecordData;
import org.popnet.dns.wire.WireName;

/** What stands at a name. */
public sealed interface ZoneEntry {
    WireName name();

    Zone zone();

    /**
     * A customer's domain, whose addresses are steered; the apex of its zone unless it lies in one of the customer's.
     *
     * @param records what stands beside the addresses
     */
    record Steered(WireName name, Zone zone, SteeredDomain domain, RecordSets records) implements ZoneEntry {
        public boolean isApex() {
            return zone.apex().equals(name);
        }
    }

    /** The apex of the network's zone or of a customer's. */
    record Apex(WireName name, Zone zone, RecordSets records) implements ZoneEntry {}

    /** Static records of a customer's zone; they stand for all names that a wildcard covers if this is one (RFC 4592). */
    record Static(WireName name, Zone zone, RecordSets records) implements ZoneEntry {}

    /** A name that is another. */
    record Alias(WireName name, Zone zone, RecordData record, int ttlSeconds, WireName target) implements ZoneEntry {}

    /**
     * A name that others answer for, with all below it.
     *
     * @param records holds the NS records
     * @param glue addresses of name servers that lie in what is delegated: without them it cannot be reached
     */
    record Delegation(WireName name, Zone zone, RecordSets records, List<Glue> glue) implements ZoneEntry {}

    /** An address of a name server, with its TTL in seconds. */
    record Glue(WireName owner, RecordData address, int ttlSeconds) {}

    /**
     * Address records that stand in the tree.
     *
     * @param membersOnly whether only the network's own nodes are told
     */
    record Host(WireName name, Zone zone, List<RecordData> addresses, boolean membersOnly) implements ZoneEntry {}

    /** A service name of the network (RFC 2782); only the network's own nodes are told. */
    record Service(WireName name, Zone zone, List<ServiceTarget> targets) implements ZoneEntry {}

    /** A name with nothing but names below it (RFC 8020): NODATA, not NXDOMAIN. */
    record EmptyNonTerminal(WireName name, Zone zone, boolean membersOnly) implements ZoneEntry {}
}
