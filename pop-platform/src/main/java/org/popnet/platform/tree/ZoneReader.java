package org.popnet.platform.tree;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** Reads the zones of customers: their static records, and how these fit each other and the steered domains. */
final class ZoneReader {
    static final int RECORDS_PER_ZONE_MAX = 20_000;
    static final int RECORDS_MAX = 200_000;
    /** A name's records of one type must fit an answer over TCP with room to spare. */
    static final int SET_BYTES_MAX = 16_384;

    private static final List<String> KEYS = List.of("ttl", "records");
    private static final ScalarType<Duration> TTL =
            ScalarType.duration("1s", RecordLine.TTL_SECONDS_MAX / 86_400 + "d");
    private static final Duration TTL_DEFAULT = Duration.ofHours(1);

    private final String networkZone;
    private final Map<String, Found> zones = new LinkedHashMap<>();
    private int records;

    /** A record and the line it stands in. */
    private record Placed(Record record, int line) {}

    private record Found(String customer, Value at, Name name, Map<Name, List<Placed>> byOwner) {}

    /** @param networkZone the network's own zone; empty if it could not be read */
    ZoneReader(String networkZone) {
        this.networkZone = networkZone;
    }

    Optional<CustomerZone> read(String customer, String name, Value value) {
        Optional<String> host = value.named(name, ScalarType.HOST);
        Optional<Section> section = value.section(KEYS);
        if (host.isEmpty() || section.isEmpty()) {
            return Optional.empty();
        }
        Name apex;
        try {
            apex = Name.fromString(name, Name.root);
        } catch (TextParseException e) {
            throw new IllegalStateException("a host name that is no name: " + name, e);
        }
        Duration ttl = section.get().find("ttl", TTL, TTL_DEFAULT);
        Map<Name, List<Placed>> byOwner = new LinkedHashMap<>();
        List<Record> read = section.get()
                .find("records")
                .map(v -> records(v, new RecordLine(apex, ttl.toSeconds()), byOwner))
                .orElse(List.of());
        Found found = new Found(customer, value, apex, byOwner);
        claim(name, found);
        check(found);
        return Optional.of(new CustomerZone(name, customer, read));
    }

    private void claim(String name, Found found) {
        Found first = zones.putIfAbsent(name, found);
        if (first != null) {
            found.at.wrong("zone '" + name + "' is claimed by " + first.customer + " in line " + first.at.line()
                    + ": must belong to one customer");
        }
        if (!networkZone.isEmpty() && (within(name, networkZone) || within(networkZone, name))) {
            found.at.wrong("zone '" + name + "' and the network's own zone " + networkZone
                    + " lie in each other: must be apart");
        }
    }

    private List<Record> records(Value value, RecordLine reader, Map<Name, List<Placed>> byOwner) {
        if (!(value.node() instanceof YamlNode.Scalar scalar) || !scalar.literal()) {
            value.wrong("must be the lines of a zone file, indented, after 'records: |'");
            return List.of();
        }
        List<Record> read = new ArrayList<>();
        // The lines of a literal block follow the line of its '|'.
        int line = scalar.line();
        for (String text : scalar.text().split("\n", -1)) {
            line++;
            try {
                Optional<Record> record = reader.read(text);
                if (record.isPresent()) {
                    read.add(record.get());
                    byOwner.computeIfAbsent(record.get().getName(), n -> new ArrayList<>())
                            .add(new Placed(record.get(), line));
                }
            } catch (RecordLine.Malformed e) {
                value.wrongAt(line, String.valueOf(e.getMessage()));
            }
        }
        records += read.size();
        if (read.size() > RECORDS_PER_ZONE_MAX) {
            value.wrong(read.size() + " records: must be " + RECORDS_PER_ZONE_MAX + " at most in a zone");
        }
        if (records > RECORDS_MAX) {
            value.wrong(records + " static records so far: must be " + RECORDS_MAX + " at most in all");
        }
        return read;
    }

    /** How the records of a zone fit each other. */
    private static void check(Found zone) {
        zone.byOwner.forEach((owner, placed) -> {
            checkAlias(zone, owner, placed);
            checkSets(zone, owner, placed);
            checkDelegation(zone, owner, placed);
            for (Placed one : placed) {
                Name target = Targets.of(one.record);
                if (target != null && Targets.mustBeNoAlias(one.record) && alias(zone, target) != null) {
                    zone.at.wrongAt(
                            one.line,
                            show(one.record) + " leads to " + target.toString(true)
                                    + ", which is a CNAME: must lead to a name with addresses");
                }
            }
        });
    }

    private static void checkAlias(Found zone, Name owner, List<Placed> placed) {
        Placed alias = first(placed, Type.CNAME);
        if (alias == null) {
            return;
        }
        if (owner.equals(zone.name)) {
            zone.at.wrongAt(
                    alias.line,
                    "a CNAME at the top of the zone " + zone.name.toString(true)
                            + ": must not stand beside SOA and NS; make the name a domain under 'domains' instead");
        } else if (placed.size() > 1) {
            zone.at.wrongAt(
                    alias.line,
                    "CNAME at " + owner.toString(true) + ", which has other records: must be its name's only record");
        }
        Set<Name> seen = new HashSet<>();
        for (Name name = owner; name != null && seen.add(name); ) {
            name = alias(zone, name);
            if (owner.equals(name)) {
                zone.at.wrongAt(
                        alias.line, "CNAME of " + owner.toString(true) + " leads back to it: must end elsewhere");
            }
        }
    }

    private static void checkSets(Found zone, Name owner, List<Placed> placed) {
        Map<Integer, List<Placed>> byType = new LinkedHashMap<>();
        placed.forEach(p -> byType.computeIfAbsent(p.record.getType(), t -> new ArrayList<>())
                .add(p));
        byType.forEach((type, set) -> {
            Map<Record, Integer> lines = new HashMap<>();
            Placed first = set.getFirst();
            int bytes = 0;
            for (Placed one : set) {
                bytes += one.record.rdataToWireCanonical().length + 12;
                Integer before = lines.putIfAbsent(one.record, one.line);
                if (before != null) {
                    zone.at.wrongAt(one.line, show(one.record) + " twice: stands in line " + before + " already");
                }
                if (one.record.getTTL() != first.record.getTTL()) {
                    zone.at.wrongAt(
                            one.line,
                            "TTL " + one.record.getTTL() + " of " + show(one.record) + ": must be "
                                    + first.record.getTTL() + " as in line " + first.line
                                    + ", a name's records of one type have one TTL");
                }
            }
            if (bytes > SET_BYTES_MAX) {
                zone.at.wrongAt(
                        first.line,
                        set.size() + " records " + Type.string(type) + " of " + owner.toString(true) + " take " + bytes
                                + " bytes: must be " + SET_BYTES_MAX + " at most");
            }
        });
    }

    /** Below a name that is delegated only the addresses of its name servers are ours to tell. */
    private static void checkDelegation(Found zone, Name owner, List<Placed> placed) {
        Placed ns = first(placed, Type.NS);
        if (ns != null && owner.equals(zone.name)) {
            zone.at.wrongAt(
                    ns.line,
                    "NS at the top of the zone " + zone.name.toString(true)
                            + ": must be left out, the network lists its name servers itself");
            return;
        }
        if (ns != null && owner.isWild()) {
            zone.at.wrongAt(ns.line, "NS at a wildcard: must name what it delegates");
            return;
        }
        Name delegated = delegationAbove(zone, owner);
        if (delegated == null) {
            return;
        }
        List<Placed> servers = zone.byOwner.getOrDefault(delegated, List.of());
        for (Placed one : placed) {
            boolean address = one.record.getType() == Type.A || one.record.getType() == Type.AAAA;
            boolean glue = address && servers.stream().anyMatch(s -> owner.equals(Targets.of(s.record)));
            boolean server = one.record.getType() == Type.NS && owner.equals(delegated);
            if (server) {
                checkGlue(zone, delegated, one);
            }
            if (!glue && !server) {
                zone.at.wrongAt(
                        one.line,
                        show(one.record) + " lies in " + delegated.toString(true)
                                + ", which is delegated: must be left out, or be an address of one of its name servers");
            }
        }
    }

    /** A name server within what it is to answer for can be found by nobody unless its address is told beside it. */
    private static void checkGlue(Found zone, Name delegated, Placed ns) {
        Name server = Targets.of(ns.record);
        if (server == null || !server.subdomain(delegated)) {
            return;
        }
        List<Placed> there = zone.byOwner.getOrDefault(server, List.of());
        if (first(there, Type.A) == null && first(there, Type.AAAA) == null) {
            zone.at.wrongAt(
                    ns.line,
                    show(ns.record) + ": " + server.toString(true)
                            + " lies in what it is to answer for, and nobody could "
                            + "find it: must have an address here (A or AAAA)");
        }
    }

    /** The delegation that a name is at or below, the one nearest the top. */
    private static @Nullable Name delegationAbove(Found zone, Name name) {
        Name found = null;
        for (int cut = 0; name.labels() - cut > zone.name.labels(); cut++) {
            Name above = cut == 0 ? name : new Name(name, cut);
            if (first(zone.byOwner.getOrDefault(above, List.of()), Type.NS) != null) {
                found = above;
            }
        }
        return found;
    }

    /** How all zones fit each other and the steered domains. */
    void compare(Map<String, CustomerReader.Claim> domains) {
        zones.forEach((name, zone) -> {
            Found around = above(name);
            if (around != null) {
                zone.at.wrong("zone '" + name + "' lies in the zone " + around.name.toString(true) + " (line "
                        + around.at.line() + "): must be written there, or be delegated elsewhere");
            }
        });
        domains.forEach((domain, claim) -> {
            Found zone = zones.containsKey(domain) ? zones.get(domain) : above(domain);
            if (zone == null) {
                return;
            }
            if (!zone.customer.equals(claim.customer())) {
                claim.at()
                        .wrong("domain '" + domain + "' lies in the zone " + zone.name.toString(true)
                                + " of customer " + zone.customer + " (line " + zone.at.line()
                                + "): must be a domain of that customer");
            }
            compare(domain, claim, zone);
        });
    }

    private static void compare(String domain, CustomerReader.Claim claim, Found zone) {
        Name name;
        try {
            name = Name.fromString(domain, Name.root);
        } catch (TextParseException e) {
            throw new IllegalStateException("a host name that is no name: " + domain, e);
        }
        Name delegated = delegationAbove(zone, name);
        if (delegated != null) {
            claim.at()
                    .wrong("domain '" + domain + "' lies in " + delegated.toString(true)
                            + ", which is delegated to other name servers: must be outside it");
            return;
        }
        for (Placed one : zone.byOwner.getOrDefault(name, List.of())) {
            int type = one.record.getType();
            if (type == Type.A || type == Type.AAAA || type == Type.CNAME) {
                zone.at.wrongAt(
                        one.line,
                        show(one.record) + " at a steered domain (line "
                                + claim.at().line() + "): its addresses come from its candidates; must be left out");
            }
        }
    }

    private @Nullable Found above(String name) {
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            Found zone = zones.get(name.substring(dot + 1));
            if (zone != null) {
                return zone;
            }
        }
        return null;
    }

    private static @Nullable Name alias(Found zone, Name name) {
        Placed alias = first(zone.byOwner.getOrDefault(name, List.of()), Type.CNAME);
        return alias == null ? null : Targets.of(alias.record);
    }

    private static @Nullable Placed first(List<Placed> placed, int type) {
        for (Placed one : placed) {
            if (one.record.getType() == type) {
                return one;
            }
        }
        return null;
    }

    private static boolean within(String name, String zone) {
        return name.equals(zone) || name.endsWith("." + zone);
    }

    private static String show(Record record) {
        return "record '"
                + Value.shown(record.getName().toString(true) + " " + Type.string(record.getType()) + " "
                        + record.rdataToString())
                + "'";
    }
}
