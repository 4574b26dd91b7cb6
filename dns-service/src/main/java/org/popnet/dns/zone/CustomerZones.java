package org.popnet.dns.zone;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.dns.wire.Dns;
import org.popnet.dns.wire.WireName;
import org.popnet.platform.tree.CustomerZone;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;

/** Makes entries of the zones of customers, and of the steered domains in and beside them; used for one tree. */
final class CustomerZones {
    private final Function<WireName, Zone> zoneOf;
    private final Map<WireName, ZoneEntry> entries;
    private final Map<WireName, Zone> zones = new HashMap<>();
    /** Names that begin a zone of their own, as the zones above them must not deny what is between. */
    private final List<WireName> apexes = new ArrayList<>();

    /** @param entries by name, to which this class adds */
    CustomerZones(Function<WireName, Zone> zoneOf, Map<WireName, ZoneEntry> entries) {
        this.zoneOf = zoneOf;
        this.entries = entries;
    }

    void add(CustomerZone customerZone) {
        Zone zone = zoneOf.apply(WireName.of(customerZone.name()));
        zones.put(zone.apex(), zone);
        apexes.add(zone.apex());
        Map<Name, List<Record>> byOwner = new LinkedHashMap<>();
        for (Record record : customerZone.records()) {
            byOwner.computeIfAbsent(record.getName(), name -> new ArrayList<>()).add(record);
        }
        entries.put(zone.apex(), new ZoneEntry.Apex(zone.apex(), zone, RecordSets.NONE));
        byOwner.forEach((name, records) -> {
            WireName owner = RecordSets.wireName(name);
            RecordSets sets = RecordSets.of(records);
            if (owner.equals(zone.apex())) {
                entries.put(owner, new ZoneEntry.Apex(owner, zone, sets));
            } else if (records.getFirst() instanceof CNAMERecord alias) {
                WireName target = RecordSets.wireName(alias.getTarget());
                entries.put(owner, new ZoneEntry.Alias(owner, zone, sets.get(0, 0), (int) alias.getTTL(), target));
            } else if (sets.indexOf(Dns.NS) >= 0) {
                entries.put(owner, new ZoneEntry.Delegation(owner, zone, nsOf(records), glue(name, byOwner)));
            } else if (!belowDelegation(name, zone, byOwner)) {
                entries.put(owner, new ZoneEntry.Static(owner, zone, sets));
            } else {
                // Glue is told with the delegation; asked for by name, it is the delegation that is told.
                return;
            }
            addAbove(zone, owner);
        });
    }

    private static RecordSets nsOf(List<Record> records) {
        return RecordSets.of(records.stream().filter(r -> r.getType() == Dns.NS).toList());
    }

    private static boolean belowDelegation(Name name, Zone zone, Map<Name, List<Record>> byOwner) {
        for (int cut = 1; name.labels() - cut > zone.apex().labels() + 1; cut++) {
            List<Record> above = byOwner.get(new Name(name, cut));
            if (above != null && above.stream().anyMatch(r -> r.getType() == Dns.NS)) {
                return true;
            }
        }
        return false;
    }

    /** The addresses that this zone has of the name servers of a delegation. */
    private static List<ZoneEntry.Glue> glue(Name delegated, Map<Name, List<Record>> byOwner) {
        List<ZoneEntry.Glue> glue = new ArrayList<>();
        for (Record server : byOwner.getOrDefault(delegated, List.of())) {
            if (server.getType() != Dns.NS) {
                continue;
            }
            Name host = ((NSRecord) server).getTarget();
            for (Record address : byOwner.getOrDefault(host, List.of())) {
                if (address.getType() == Dns.A || address.getType() == Dns.AAAA) {
                    RecordSets one = RecordSets.of(List.of(address));
                    glue.add(new ZoneEntry.Glue(RecordSets.wireName(host), one.get(0, 0), one.ttlSeconds(0)));
                }
            }
        }
        return glue;
    }

    /** Adds a domain, in the customer's zone or, where there is none, as a zone of its own. */
    void steer(WireName name, SteeredDomain domain) {
        Zone zone = around(name);
        RecordSets beside =
                switch (entries.get(name)) {
                    case ZoneEntry.Apex apex -> apex.records();
                    case ZoneEntry.Static records -> records.records();
                    case null, default -> RecordSets.NONE;
                };
        if (zone == null) {
            zone = zoneOf.apply(name);
            apexes.add(name);
        }
        entries.put(name, new ZoneEntry.Steered(name, zone, domain, beside));
        addAbove(zone, name);
    }

    private @Nullable Zone around(WireName name) {
        for (WireName above = name; above.labels() > 0; above = above.parent()) {
            Zone zone = zones.get(above);
            if (zone != null) {
                return zone;
            }
        }
        return null;
    }

    private void addAbove(Zone zone, WireName name) {
        for (WireName above = name.parent(); above.labels() > zone.apex().labels(); above = above.parent()) {
            if (entries.putIfAbsent(above, new ZoneEntry.EmptyNonTerminal(above, zone, false)) != null) {
                return;
            }
        }
    }

    /** Names between a zone and another of ours below it exist, too (RFC 8020). */
    void fillGaps() {
        for (WireName apex : apexes) {
            for (WireName above = apex.parent(); above.labels() > 0; above = above.parent()) {
                ZoneEntry entry = entries.get(above);
                if (entry != null) {
                    addAbove(entry.zone(), apex);
                    break;
                }
            }
        }
    }
}
