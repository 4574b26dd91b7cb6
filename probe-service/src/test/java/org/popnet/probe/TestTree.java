package org.popnet.probe;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.agent.TreeSubscriber;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.datagram.Received;
import org.popnet.platform.message.Message;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.NodeName;

/** The tree of a probe under test, and a datagram port that keeps what it is given. */
public final class TestTree implements CurrentTree, DatagramPort {
    /** A report and whom it went to. */
    public record Sent(NodeName receiver, ProbeReport report) {}

    private final NodeName self;
    private final List<TreeSubscriber> subscribers = new CopyOnWriteArrayList<>();
    private final List<Sent> sent = new CopyOnWriteArrayList<>();
    private volatile ActiveTree active;
    private final Map<Class<?>, Consumer<Received<?>>> readers = new ConcurrentHashMap<>();
    private long generation;

    public TestTree(String self, String text) {
        this.self = NodeName.of(self);
        this.active = tree(text);
    }

    private ActiveTree tree(String text) {
        generation++;
        return ActiveTree.of(new Generation(generation, "0".repeat(40), Generation.sha256(text)), text);
    }

    public void activate(String text) {
        ActiveTree next = tree(text);
        List<Runnable> switches = subscribers.stream().map(s -> s.prepare(next)).toList();
        active = next;
        switches.forEach(Runnable::run);
    }

    public List<Sent> sent() {
        return sent;
    }

    /** Lets a name server ask. */
    public void request(Message request) {
        Objects.requireNonNull(readers.get(request.getClass()), "nobody listens")
                .accept(new Received<>(NodeName.of("dns.a"), 1, request));
    }

    @Override
    public ActiveTree get() {
        return active;
    }

    @Override
    public void subscribe(TreeSubscriber subscriber) {
        subscribers.add(subscriber);
        subscriber.prepare(active).run();
    }

    @Override
    public NodeName self() {
        return self;
    }

    @Override
    public boolean send(NodeName receiver, Message message) {
        return sent.add(new Sent(receiver, (ProbeReport) message));
    }

    @Override
    @SuppressWarnings("unchecked")
    public <M extends Message> void onReceive(Class<M> kind, Consumer<Received<M>> newReader) {
        readers.put(kind, request -> newReader.accept((Received<M>) request));
    }

    @Override
    public void close() {}
}
