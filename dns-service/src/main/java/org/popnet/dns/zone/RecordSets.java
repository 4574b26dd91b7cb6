package org.popnet.dns.zone;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.popnet.dns.wire.Dns;
import org.popnet.dns.wire.RecordData;
import org.popnet.dns.wire.WireName;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * The static records of one name, encoded once, by type. A name has few types, so they are looked up one after the
 * other, without allocation.
 */
public final class RecordSets {
    /** Of a name that has none. */
    public static final RecordSets NONE = new RecordSets(List.of());

    /** Type, class, TTL and length stand between a record's name and its data. */
    private static final int FIXED_BYTES = 10;

    private final int[] types;
    private final RecordData[][] sets;
    private final int[] ttlSeconds;

    private RecordSets(List<Record> records) {
        Map<Integer, List<Record>> byType = new TreeMap<>();
        for (Record record : records) {
            byType.computeIfAbsent(record.getType(), t -> new ArrayList<>()).add(record);
        }
        types = byType.keySet().stream().mapToInt(type -> type).toArray();
        sets = new RecordData[types.length][];
        ttlSeconds = new int[types.length];
        for (int i = 0; i < types.length; i++) {
            List<Record> set = byType.getOrDefault(types[i], List.of());
            sets[i] = set.stream().map(RecordSets::encode).toArray(RecordData[]::new);
            ttlSeconds[i] = (int) set.getFirst().getTTL();
        }
    }

    static RecordSets of(List<Record> records) {
        return records.isEmpty() ? NONE : new RecordSets(records);
    }

    /** The place of a type's records, or -1 if the name has none. */
    public int indexOf(int type) {
        for (int i = 0; i < types.length; i++) {
            if (types[i] == type) {
                return i;
            }
        }
        return -1;
    }

    /** How many records of a type there are. */
    public int size(int index) {
        return sets[index].length;
    }

    public RecordData get(int index, int i) {
        return sets[index][i];
    }

    public int ttlSeconds(int index) {
        return ttlSeconds[index];
    }

    static WireName wireName(Name name) {
        return WireName.ofWire(name.toWire());
    }

    /** Names in the data are kept apart where they may be compressed (RFC 3597, 4: the types of RFC 1035 only). */
    private static RecordData encode(Record record) {
        return switch (record) {
            case NSRecord delegation -> RecordData.ns(wireName(delegation.getTarget()));
            case CNAMERecord alias -> RecordData.name(Dns.CNAME, wireName(alias.getTarget()));
            case PTRRecord pointer -> RecordData.name(Dns.PTR, wireName(pointer.getTarget()));
            case MXRecord mail -> RecordData.mx(mail.getPriority(), wireName(mail.getTarget()));
            default -> RecordData.opaque(record.getType(), data(record));
        };
    }

    private static byte[] data(Record record) {
        byte[] whole = record.toWire(Section.ANSWER);
        return Arrays.copyOfRange(whole, record.getName().length() + FIXED_BYTES, whole.length);
    }
}
