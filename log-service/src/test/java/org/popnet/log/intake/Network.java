package org.popnet.log.intake;

import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.datagram.Received;
import org.popnet.platform.message.Message;
import org.popnet.platform.tree.NodeName;

/** Carries messages between nodes; loses 20 %, doubles 20 % and delays 20 % of them if it is told to. */
public final class Network implements AutoCloseable {
    private final Map<String, Consumer<Received<Message>>> readers = new ConcurrentHashMap<>();
    private final ScheduledExecutorService carrier = Executors.newSingleThreadScheduledExecutor();
    private final Random random;
    private final int faultPercent;

    public Network(long seed, int faultPercent) {
        this.random = new Random(seed);
        this.faultPercent = faultPercent;
    }

    public DatagramPort port(NodeName node) {
        return new DatagramPort() {
            @Override
            public boolean send(NodeName receiver, Message message) {
                carry(node, receiver, message);
                return true;
            }

            @Override
            @SuppressWarnings("unchecked")
            public <M extends Message> void onReceive(Class<M> kind, Consumer<Received<M>> reader) {
                readers.put(node + kind.getName(), (Consumer<Received<Message>>) (Consumer<?>) reader);
            }

            @Override
            public void close() {}
        };
    }

    private void carry(NodeName from, NodeName to, Message message) {
        int copies;
        long delayMs;
        synchronized (random) {
            copies = random.nextInt(100) < faultPercent ? 0 : random.nextInt(100) < faultPercent ? 2 : 1;
            delayMs = random.nextInt(100) < faultPercent ? random.nextInt(80) : 0;
        }
        for (int i = 0; i < copies; i++) {
            carrier.schedule(() -> deliver(from, to, message), delayMs, TimeUnit.MILLISECONDS);
        }
    }

    private void deliver(NodeName from, NodeName to, Message message) {
        Consumer<Received<Message>> reader = readers.get(to + message.getClass().getName());
        if (reader != null) {
            reader.accept(new Received<>(from, 1, message));
        }
    }

    @Override
    public void close() {
        carrier.shutdownNow();
    }
}
