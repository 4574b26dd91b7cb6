package org.popnet.platform.datagram;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.agent.TreeSubscriber;
import org.popnet.platform.datagram.Contacts.Contact;
import org.popnet.platform.datagram.Opener.Opened;
import org.popnet.platform.identity.NodeKeyPair;
import org.popnet.platform.message.Message;
import org.popnet.platform.message.Message.EpochNotice;
import org.popnet.platform.settings.StartRefusedException;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.AddressText;
import org.popnet.platform.tree.NodeName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * Datagrams over one UDP socket on the node's datagram address. One thread receives; any thread sends. Who may talk
 * follows the current tree at once.
 */
public final class UdpDatagramPort implements DatagramPort {
    private static final Logger LOG = LoggerFactory.getLogger(UdpDatagramPort.class);
    /** How long the receiver waits for a datagram before it looks at the clock again. */
    private static final long SELECT_MS = 250;
    /** At most this many queued datagrams are thrown away after a pause: more than any receive buffer holds. */
    private static final int DISCARD_MAX = 1 << 20;

    private final NodeName self;
    private final long selfId;
    private final long epoch;
    private final DatagramMetrics metrics;
    private final LongSupplier nanoTime;
    private final long pauseNanos;
    private final Supplier<List<NodeKeyPair>> keys;
    private final Map<NodeName, Peer> peers = new ConcurrentHashMap<>();
    private final Map<Kind, Consumer<Opened>> readers = new ConcurrentHashMap<>(new EnumMap<>(Kind.class));
    private final Opener opener;
    private final DatagramChannel channel;
    private final Selector selector;
    private final InetSocketAddress local;
    private final Thread receiver;
    private volatile Contacts contacts = Contacts.NONE;
    private volatile Consumer<NodeName> restarted = node -> {};

    /**
     * Begins a new epoch, binds the node's datagram address and starts to receive.
     *
     * @param directory where the epoch is kept
     * @param keys this node's key pairs, asked again with every tree
     * @throws StartRefusedException if the epoch cannot be stored or the address is busy
     */
    public UdpDatagramPort(
            CurrentTree tree,
            Supplier<List<NodeKeyPair>> keys,
            Path directory,
            DatagramSettings settings,
            MeterRegistry registry,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.self = tree.self();
        this.selfId = Envelope.idOf(self);
        this.keys = keys;
        this.nanoTime = nanoTime;
        this.pauseNanos = settings.pause().toNanos();
        this.metrics = new DatagramMetrics(registry);
        this.epoch = EpochFile.next(directory.resolve("epoch"), clock);
        this.opener = new Opener(
                self,
                epoch,
                () -> contacts,
                metrics,
                nanoTime,
                settings.noticeInterval().toNanos(),
                this::send);
        this.local = tree.node().datagramAddress();
        int wanted = (int) settings.receiveBuffer().toBytes();
        try {
            this.channel = bind(local, wanted);
            this.selector = Selector.open();
            channel.register(selector, SelectionKey.OP_READ);
            int got = channel.getOption(StandardSocketOptions.SO_RCVBUF);
            metrics.watch(local, got, got < wanted);
            if (got < wanted) {
                LOG.warn(
                        "the system gave the datagram socket a receive buffer of {} bytes instead of {}: a pause may lose"
                                + " datagrams; raise net.core.rmem_max",
                        got,
                        wanted);
            }
        } catch (IOException e) {
            throw new StartRefusedException(
                    "cannot receive datagrams on " + AddressText.of(local.getAddress(), local.getPort()) + " ("
                            + e.getMessage() + "): stop what receives there ('ss -lnup' shows it), another process of "
                            + self
                            + " perhaps, or give the node another address or port (ports.datagram) in network.yml",
                    e);
        }
        tree.subscribe(new Subscriber());
        this.receiver = Thread.ofPlatform().name("datagrams").daemon().unstarted(this::receive);
        receiver.start();
    }

    private static DatagramChannel bind(InetSocketAddress local, int receiveBuffer) throws IOException {
        DatagramChannel channel = DatagramChannel.open(
                local.getAddress() instanceof Inet4Address
                        ? StandardProtocolFamily.INET
                        : StandardProtocolFamily.INET6);
        try {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
            channel.bind(local);
            channel.configureBlocking(false);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public boolean send(NodeName receiver, Message message) {
        Contacts now = contacts;
        Kind kind = Kind.of(message);
        if (now.ownKeys().isEmpty() || now.ownService() == null) {
            return metrics.droppedOut(Drop.NO_KEY);
        }
        if (!kind.maySend(now.ownService())) {
            return metrics.droppedOut(Drop.NOT_ALLOWED);
        }
        Contact contact = now.byName().get(receiver);
        if (contact == null) {
            return metrics.droppedOut(Drop.UNKNOWN_RECEIVER);
        }
        if (contact.keys().isEmpty()) {
            return metrics.droppedOut(Drop.NO_KEY);
        }
        byte[] payload;
        try {
            payload = PayloadCodec.encode(message);
        } catch (JacksonException e) {
            LOG.error("cannot encode a {}", kind, e);
            return metrics.droppedOut(Drop.MALFORMED);
        }
        if (payload.length > MessageSize.BYTES_MAX) {
            return metrics.droppedOut(Drop.TOO_LARGE);
        }
        // A notice answers an epoch that its receiver claimed but could not yet prove.
        long receiverEpoch = message instanceof EpochNotice notice
                ? notice.senderEpoch()
                : contact.peer().epoch();
        Drop dropped =
                contact.peer().outbound.send(channel, self, selfId, epoch, now, contact, receiverEpoch, kind, payload);
        if (dropped != null) {
            return metrics.droppedOut(dropped);
        }
        metrics.sent(kind);
        return true;
    }

    @Override
    public <M extends Message> void onReceive(Class<M> kind, Consumer<Received<M>> reader) {
        Consumer<Opened> typed = opened ->
                reader.accept(new Received<>(opened.sender(), opened.generation(), kind.cast(opened.message())));
        if (readers.putIfAbsent(Kind.of(kind), typed) != null) {
            throw new IllegalStateException(kind.getSimpleName() + " has a reader already: there can be one");
        }
    }

    @Override
    public void onRestart(Consumer<NodeName> listener) {
        restarted = listener;
    }

    /** The address that this port is bound to. */
    public InetSocketAddress localAddress() {
        return local;
    }

    /** Whether the current tree names a key of this node that it holds, so that it can talk at all. */
    public boolean hasKey() {
        return !contacts.ownKeys().isEmpty();
    }

    @Override
    public void close() {
        try {
            selector.close();
            channel.close();
            if (Thread.currentThread() != receiver) {
                receiver.join();
            }
        } catch (IOException e) {
            LOG.warn("cannot close the datagram socket {}", local, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void receive() {
        // One byte more than is allowed, so that what is too large shows.
        ByteBuffer buffer = ByteBuffer.allocateDirect(Envelope.DATAGRAM_BYTES_MAX + 1);
        byte[] datagram = new byte[buffer.capacity()];
        long awake = nanoTime.getAsLong();
        try {
            while (channel.isOpen()) {
                selector.select(SELECT_MS);
                selector.selectedKeys().clear();
                while (true) {
                    long now = nanoTime.getAsLong();
                    if (now - awake > pauseNanos) {
                        discardQueued(buffer);
                        now = nanoTime.getAsLong();
                    }
                    awake = now;
                    buffer.clear();
                    if (channel.receive(buffer) == null) {
                        break;
                    }
                    buffer.flip().get(datagram, 0, buffer.limit());
                    deliver(opener.open(datagram, buffer.limit()));
                }
            }
        } catch (ClosedSelectorException | ClosedChannelException e) {
            // closed
        } catch (IOException e) {
            LOG.error("receiving datagrams on {} ended; restart node {}", local, self, e);
        }
    }

    /** This process was stopped: what waits is as old as the stop was long, and nobody can say which is still true. */
    private void discardQueued(ByteBuffer buffer) throws IOException {
        int discarded = 0;
        while (discarded < DISCARD_MAX && channel.receive(buffer.clear()) != null) {
            metrics.droppedIn(Drop.AFTER_PAUSE);
            discarded++;
        }
        LOG.warn("this process was stopped for a while: {} datagrams that waited were thrown away", discarded);
    }

    private void deliver(@Nullable Opened opened) {
        if (opened == null) {
            return;
        }
        metrics.received(opened.kind());
        if (opened.kind() == Kind.EPOCH_NOTICE) {
            restarted.accept(opened.sender());
            return;
        }
        Consumer<Opened> reader = readers.get(opened.kind());
        if (reader == null) {
            metrics.droppedIn(Drop.NO_READER);
            return;
        }
        try {
            reader.accept(opened);
        } catch (RuntimeException e) {
            metrics.droppedIn(Drop.READER_FAILED);
            LOG.error("the reader of {} from {} failed", opened.kind(), opened.sender(), e);
        }
    }

    private final class Subscriber implements TreeSubscriber {
        @Override
        public Runnable prepare(ActiveTree next) {
            Contacts prepared = Contacts.of(next, self, keys.get(), name -> peers.computeIfAbsent(name, Peer::new));
            return () -> {
                if (prepared.ownKeys().isEmpty()) {
                    LOG.warn(
                            "generation {} names no datagram key that node {} holds: it can neither send nor receive",
                            prepared.generation(),
                            self);
                }
                contacts = prepared;
            };
        }
    }
}
