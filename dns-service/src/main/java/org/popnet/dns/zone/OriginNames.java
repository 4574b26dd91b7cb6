package org.popnet.dns.zone;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.dns.steering.Topology;
import org.popnet.dns.wire.Query;
import org.popnet.dns.wire.RecordData;
import org.popnet.dns.wire.WireName;

/**
 * Understands {@code _origin._tcp.<domain>.<pop>.<zone>}: a customer's servers for a domain, as seen from a POP. There
 * is one for each pair of domain and POP, so they are taken apart when asked for.
 */
public final class OriginNames {
    private static final byte[] ORIGIN = "\7_origin\4_tcp".getBytes(StandardCharsets.US_ASCII);
    private static final int PREFIX_LABELS = 2;

    private final WireName zone;
    private final Zone zoneData;
    private final Topology topology;
    private final Map<String, SteeredDomain> domains;
    private final Map<Integer, Host> hosts;

    /** The host name, port and address records of a customer's server, by its target. */
    public record Host(WireName name, int port, RecordData address) {}

    /**
     * A name that was understood.
     *
     * @param pop the index of the POP it is seen from
     */
    public record Question(SteeredDomain domain, int pop) {}

    OriginNames(Zone zone, Topology topology, Map<String, SteeredDomain> domains, Map<Integer, Host> hosts) {
        this.zone = zone.apex();
        this.zoneData = zone;
        this.topology = topology;
        this.domains = Map.copyOf(domains);
        this.hosts = Map.copyOf(hosts);
    }

    public Zone zone() {
        return zoneData;
    }

    /** Whether the name is one for this class: then it is answered to the network's own nodes only. */
    public boolean covers(Query query) {
        int domainLabels = query.labels() - zone.labels() - PREFIX_LABELS - 1;
        if (domainLabels < 1) {
            return false;
        }
        int zoneAt = query.labelAt(query.labels() - zone.labels());
        byte[] name = query.name();
        for (int i = 0; i < ORIGIN.length; i++) {
            if (name[i] != ORIGIN[i]) {
                return false;
            }
        }
        return zone.matches(name, zoneAt, query.nameLength());
    }

    /** Takes a name apart that {@link #covers} knows; null if its domain or POP does not exist. */
    public @Nullable Question parse(Query query) {
        int popLabel = query.labels() - zone.labels() - 1;
        int pop = topology.indexOf(text(query, popLabel, popLabel + 1));
        SteeredDomain domain = domains.get(text(query, PREFIX_LABELS, popLabel));
        return pop < 0 || domain == null ? null : new Question(domain, pop);
    }

    public Host host(int target) {
        Host host = hosts.get(target);
        if (host == null) {
            throw new IllegalArgumentException("target " + target + " is not a customer's server");
        }
        return host;
    }

    private static String text(Query query, int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int label = from; label < to; label++) {
            if (label > from) {
                text.append('.');
            }
            int at = query.labelAt(label);
            text.append(new String(query.name(), at + 1, query.name()[at], StandardCharsets.ISO_8859_1));
        }
        return text.toString();
    }
}
