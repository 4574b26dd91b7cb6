package org.popnet.platform.datagram;

import static org.popnet.platform.tree.Service.DNS;
import static org.popnet.platform.tree.Service.EDGE_CACHE;
import static org.popnet.platform.tree.Service.LOG;
import static org.popnet.platform.tree.Service.ORIGIN_FETCH;
import static org.popnet.platform.tree.Service.PROBE;

import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.message.Message;
import org.popnet.platform.tree.Service;

/** The table of kinds: the code that stands first in the sealed payload, the record, and which services may send it. */
enum Kind {
    EPOCH_NOTICE(0, Message.EpochNotice.class, Service.values()),
    LATENCY_REQUEST(1, Message.LatencyRequest.class, DNS),
    PROBE_REPORT(2, Message.ProbeReport.class, PROBE),
    LOAD_REPORT(3, Message.LoadReport.class, EDGE_CACHE, ORIGIN_FETCH),
    LOG_BATCH(4, Message.LogBatch.class, EDGE_CACHE, ORIGIN_FETCH, DNS, PROBE),
    LOG_ACK(5, Message.LogAck.class, LOG),
    WATCH_REQUEST(6, Message.WatchRequest.class, DNS),
    PERSISTENCE(7, Message.Persistence.class, DNS),
    PERSISTENCE_ACK(8, Message.PersistenceAck.class, DNS),
    KNOWLEDGE_REQUEST(9, Message.KnowledgeRequest.class, DNS),
    KNOWLEDGE_PART(10, Message.KnowledgePart.class, DNS);

    private static final @Nullable Kind[] BY_CODE = new @Nullable Kind[256];

    static {
        Arrays.stream(values()).forEach(kind -> BY_CODE[Byte.toUnsignedInt(kind.code)] = kind);
    }

    private final byte code;
    private final Class<? extends Message> type;
    private final Set<Service> senders;

    Kind(int code, Class<? extends Message> type, Service... senders) {
        this.code = (byte) code;
        this.type = type;
        this.senders = Set.of(senders);
    }

    byte code() {
        return code;
    }

    Class<? extends Message> type() {
        return type;
    }

    boolean maySend(Service service) {
        return senders.contains(service);
    }

    static @Nullable Kind ofCode(byte code) {
        return BY_CODE[Byte.toUnsignedInt(code)];
    }

    static Kind of(Message message) {
        return switch (message) {
            case Message.EpochNotice m -> EPOCH_NOTICE;
            case Message.LatencyRequest m -> LATENCY_REQUEST;
            case Message.ProbeReport m -> PROBE_REPORT;
            case Message.LoadReport m -> LOAD_REPORT;
            case Message.LogBatch m -> LOG_BATCH;
            case Message.LogAck m -> LOG_ACK;
            case Message.WatchRequest m -> WATCH_REQUEST;
            case Message.Persistence m -> PERSISTENCE;
            case Message.PersistenceAck m -> PERSISTENCE_ACK;
            case Message.KnowledgeRequest m -> KNOWLEDGE_REQUEST;
            case Message.KnowledgePart m -> KNOWLEDGE_PART;
        };
    }

    static Kind of(Class<? extends Message> type) {
        return Arrays.stream(values())
                .filter(kind -> kind.type == type)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(type + " is no kind of datagram"));
    }
}
