package org.popnet.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.datagram.Received;
import org.popnet.platform.message.Message;
import org.popnet.platform.message.Message.LogAck;
import org.popnet.platform.tree.NodeName;

/** Delivers what a test hands it, and keeps what is acknowledged. */
final class TestPort implements DatagramPort {
    private final Map<Class<?>, Consumer<Received<Message>>> readers = new ConcurrentHashMap<>();
    private final Map<NodeName, List<LogAck>> acks = new ConcurrentHashMap<>();

    @Override
    public boolean send(NodeName receiver, Message message) {
        synchronized (acks) {
            acks.computeIfAbsent(receiver, r -> new ArrayList<>()).add((LogAck) message);
        }
        return true;
    }

    List<LogAck> acks(NodeName node) {
        synchronized (acks) {
            return List.copyOf(acks.getOrDefault(node, List.of()));
        }
    }

    void deliver(NodeName from, Message message) {
        readers.get(message.getClass()).accept(new Received<>(from, 1, message));
    }

    @Override
    @SuppressWarnings("unchecked")
    public <M extends Message> void onReceive(Class<M> kind, Consumer<Received<M>> reader) {
        readers.put(kind, (Consumer<Received<Message>>) (Consumer<?>) reader);
    }

    @Override
    public void close() {}
}
