package org.popnet.dns.zone;

import java.util.List;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.dns.wire.RecordData;
import org.popnet.dns.wire.WireName;

/** What stands at a name. */
public sealed interface ZoneEntry {
    WireName name();

    Zone zone();

    /** A customer's domain: an apex of its own, whose addresses are steered. */
    record Steered(WireName name, Zone zone, SteeredDomain domain) implements ZoneEntry {}

    /** The network zone's own apex. */
    record Apex(WireName name, Zone zone) implements ZoneEntry {}

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
