package org.popnet.platform.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.popnet.platform.datagram.TestNetwork.TestNode;
import org.popnet.platform.datagram.TestNetwork.Wire;
import org.popnet.platform.identity.NodeKeyPair;
import org.popnet.platform.message.Message;
import org.popnet.platform.message.Message.ClientRoundTrip;
import org.popnet.platform.message.Message.KnowledgePart;
import org.popnet.platform.message.Message.KnowledgeRequest;
import org.popnet.platform.message.Message.LatencyRequest;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.LogAck;
import org.popnet.platform.message.Message.LogBatch;
import org.popnet.platform.message.Message.Persistence;
import org.popnet.platform.message.Message.PersistenceAck;
import org.popnet.platform.message.Message.PersistenceRecord;
import org.popnet.platform.message.Message.PopLatency;
import org.popnet.platform.message.Message.PrefixLatency;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServerLoad;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.message.Message.SiteLoad;
import org.popnet.platform.message.Message.WatchRequest;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.settings.StartRefusedException;
import org.popnet.platform.tree.AddressText;
import org.popnet.platform.tree.Service;

class UdpDatagramPortTest {
    @TempDir
    Path directory;

    private TestNetwork network;

    @BeforeEach
    void setUp() {
        network = new TestNetwork(directory);
    }

    @AfterEach
    void tearDown() {
        network.close();
    }

    /** A kind with one who may send it and one who reads it. */
    record Story(String sender, String receiver, Message message) {
        @Override
        public String toString() {
            return message.getClass().getSimpleName();
        }
    }

    static Stream<Story> everyKind() {
        return Stream.of(
                new Story(
                        "dns.a",
                        "probe.a",
                        new LatencyRequest(
                                List.of(InetAddress.ofLiteral("192.0.2.1"), InetAddress.ofLiteral("2001:db8::1")))),
                new Story("probe.a", "dns.a", report("first")),
                new Story(
                        "edge.a",
                        "log.a",
                        new LoadReport(
                                0.5,
                                0.25,
                                10,
                                1.5,
                                1e9,
                                3.25,
                                Map.of("www.a.example", new SiteLoad(1, 2.5, 3)),
                                Map.of("www.a.example", 7L),
                                0.125,
                                0.75,
                                1.5,
                                List.of(new ClientRoundTrip(InetAddress.ofLiteral("192.0.2.0"), 24, 31.5)))),
                new Story("fetch.a", "log.a", new LogBatch("customer1", 5, 6, 7, new byte[] {1, 2, 3})),
                new Story("log.a", "edge.a", new LogAck("customer1", 5, List.of(6L, Long.MAX_VALUE), true)),
                new Story("dns.a", "probe.a", new WatchRequest(List.of(new TargetId("node:edge1.a")), 30_000)),
                new Story("dns.a", "dns2.a", new Persistence(3, List.of(persistence()))),
                new Story("dns.a", "dns2.a", new PersistenceAck(3)),
                new Story("dns.a", "dns2.a", new KnowledgeRequest(KnowledgeRequest.Topic.LATENCIES, 17)),
                new Story(
                        "dns.a",
                        "dns2.a",
                        new KnowledgePart(
                                KnowledgeRequest.Topic.PERSISTENCE,
                                17,
                                -1,
                                List.of(new PrefixLatency(
                                        InetAddress.ofLiteral("192.0.2.0"), List.of(new PopLatency("a", 83, 2, 500)))),
                                List.of(persistence()))));
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void everyKindArrivesWhole(Story story) {
        TestNode receiver = network.node(story.receiver);
        Wire wire = meet(story);

        wire.deliver(sealed(wire, story));

        await().untilAsserted(() -> assertThat(receiver.received).hasSize(1));
        Received<?> received = receiver.received.getFirst();
        assertThat(received.sender()).isEqualTo(network.node(story.sender).name);
        assertThat(received.generation()).isEqualTo(2);
        assertThat(received.message()).usingRecursiveComparison().isEqualTo(story.message);
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void flippedBitAnywhereIsDroppedAndCounted(Story story) {
        TestNode receiver = network.node(story.receiver);
        Wire wire = meet(story);
        byte[] sealed = sealed(wire, story);
        double before = receiver.droppedIn();

        Random random = new Random(1);
        for (int i = 0; i < sealed.length; i++) {
            byte[] flipped = sealed.clone();
            flipped[i] ^= (byte) (1 << random.nextInt(8));
            wire.deliver(flipped);
        }
        wire.deliver(sealed);

        await().untilAsserted(() -> assertThat(receiver.received).hasSize(1));
        assertThat(receiver.droppedIn() - before).isEqualTo(sealed.length);
        assertThat(receiver.droppedIn(Drop.UNAUTHENTIC)).isPositive();
        assertThat(receiver.droppedIn(Drop.UNKNOWN_SENDER)).isEqualTo(8);
        assertThat(receiver.droppedIn(Drop.NOT_FOR_ME)).isEqualTo(8);
        assertThat(receiver.droppedIn(Drop.UNKNOWN_KEY)).isEqualTo(8);
        assertThat(receiver.droppedIn(Drop.OTHER_VERSION)).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void truncatedAtAnyLengthIsDroppedAndCounted(Story story) {
        TestNode receiver = network.node(story.receiver);
        Wire wire = meet(story);
        byte[] sealed = sealed(wire, story);
        double before = receiver.droppedIn();

        for (int length = 0; length < sealed.length; length++) {
            wire.deliver(Arrays.copyOf(sealed, length));
        }
        wire.deliver(Arrays.copyOf(sealed, sealed.length + 1));
        wire.deliver(Arrays.copyOf(sealed, 1201));
        wire.deliver(sealed);

        await().untilAsserted(() -> assertThat(receiver.received).hasSize(1));
        assertThat(receiver.droppedIn() - before).isEqualTo(sealed.length + 2);
        assertThat(receiver.droppedIn(Drop.TRUNCATED)).isEqualTo(Envelope.BYTES + Envelope.TAG_BYTES + 1);
        assertThat(receiver.droppedIn(Drop.OVERSIZED)).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void replayedIsDroppedAndCounted(Story story) {
        TestNode receiver = network.node(story.receiver);
        Wire wire = meet(story);
        byte[] sealed = sealed(wire, story);

        wire.deliver(sealed);
        wire.deliver(sealed);
        wire.deliver(sealed);

        await().untilAsserted(
                        () -> assertThat(receiver.droppedIn(Drop.REPLAYED)).isEqualTo(2));
        assertThat(receiver.received).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void kindThatTheSendersServiceMayNotSendIsDropped(Story story) {
        TestNode sender = network.node(story.sender);
        TestNode receiver = network.node(story.receiver);
        receiver.view.service(sender, Service.NETVIEW);
        Wire wire = meet(story);
        double before = receiver.droppedIn(Drop.NOT_ALLOWED);

        wire.deliver(sealed(wire, story));

        await().untilAsserted(
                        () -> assertThat(receiver.droppedIn(Drop.NOT_ALLOWED)).isEqualTo(before + 1));
        assertThat(receiver.received).isEmpty();
    }

    @Test
    void nodeDoesNotSendWhatItsServiceMayNot() {
        TestNode probe = network.node("probe.a");

        assertThat(probe.port().send(network.node("edge.a").name, new LogAck("c", 1, List.of(), false)))
                .isFalse();
        assertThat(probe.droppedOut(Drop.NOT_ALLOWED)).isEqualTo(1);
        assertThat(probe.sent()).isZero();
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void unknownKeyIsDropped(Story story) {
        TestNode sender = network.node(story.sender);
        TestNode receiver = network.node(story.receiver);
        receiver.view.keys(sender, NodeKeyPair.generate());
        receiver.port();
        Wire wire = network.wire(sender, receiver);
        wire.deliver(sealed(wire, story));

        await().untilAsserted(
                        () -> assertThat(receiver.droppedIn(Drop.UNKNOWN_KEY)).isEqualTo(1));
        assertThat(receiver.received).isEmpty();
        assertThat(receiver.sent()).isZero();
    }

    @Test
    void thirdNodeCannotSpeakForAnother() {
        // log.a seals as itself; an attacker at log.a rewrites the head to say dns.a
        TestNode attacker = network.node("edge.a");
        TestNode receiver = network.node("probe.a");
        receiver.port();
        Wire wire = network.wire(attacker, receiver);
        attacker.port().send(receiver.name, new LogBatch("c", 1, 1, 1, new byte[8]));
        byte[] sealed = wire.take();
        Envelope own = Envelope.read(sealed);
        TestNode victim = network.node("dns.a");
        new Envelope(
                        Envelope.idOf(victim.name),
                        own.receiverId(),
                        Envelope.idOf(victim.held.getFirst().publicKey()),
                        own.receiverKeyId(),
                        own.senderEpoch(),
                        own.receiverEpoch(),
                        own.sequence(),
                        own.generation())
                .write(sealed);

        wire.deliver(sealed);

        await().untilAsserted(
                        () -> assertThat(receiver.droppedIn(Drop.UNAUTHENTIC)).isEqualTo(1));
        assertThat(receiver.sent()).isZero();
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void afterTheReceiverRestartsOldDatagramsAreRefusedAndNewOnesArrive(Story story) {
        TestNode sender = network.node(story.sender);
        TestNode receiver = network.node(story.receiver);
        Wire wire = meet(story);
        byte[] recorded = sealed(wire, story);
        wire.deliver(recorded);
        await().untilAsserted(() -> assertThat(receiver.received).hasSize(1));

        receiver.stop();
        receiver.received.clear();
        receiver.start();
        wire.deliver(recorded);

        await().untilAsserted(
                        () -> assertThat(receiver.droppedIn(Drop.WRONG_EPOCH)).isEqualTo(1));
        assertThat(receiver.received).isEmpty();
        // the notice has told the sender by now, or will
        await().untilAsserted(() -> {
            wire.deliver(sealed(wire, story));
            assertThat(receiver.received).isNotEmpty();
        });
        assertThat(sender.droppedIn()).isZero();
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void afterTheSenderRestartsItsOldDatagramsAreRefused(Story story) {
        TestNode sender = network.node(story.sender);
        TestNode receiver = network.node(story.receiver);
        Wire wire = meet(story);
        byte[] old = sealed(wire, story);

        sender.stop();
        sender.clockMs.addAndGet(-86_400_000);
        sender.start();
        meetAgain(wire, story);
        receiver.received.clear();
        byte[] fresh = sealed(wire, story);
        wire.deliver(old);
        wire.deliver(fresh);

        await().untilAsserted(() -> assertThat(receiver.received).hasSize(1));
        assertThat(receiver.droppedIn(Drop.OLD_EPOCH)).isEqualTo(1);
        assertThat(Envelope.read(fresh).senderEpoch())
                .as("although the clock was set back by a day")
                .isGreaterThan(Envelope.read(old).senderEpoch());
    }

    @Test
    void noNonceIsUsedTwice() {
        Story story = everyKind().findFirst().orElseThrow();
        Set<List<Long>> used = new HashSet<>();
        TestNode sender = network.node(story.sender);
        Wire wire = network.wire(sender, network.node(story.receiver));
        for (int life = 0; life < 5; life++) {
            for (int i = 0; i < 20; i++) {
                Envelope envelope = Envelope.read(sealed(wire, story));
                assertThat(used.add(List.of(envelope.senderEpoch(), envelope.sequence())))
                        .isTrue();
                sender.activate();
            }
            sender.stop();
        }
    }

    @Test
    void keyRotationAtTenPerCentLossRefusesNothingValid() {
        Story story = everyKind().skip(1).findFirst().orElseThrow();
        TestNode sender = network.node(story.sender);
        TestNode receiver = network.node(story.receiver);
        Wire wire = meet(story);
        receiver.received.clear();
        NodeKeyPair senderOld = sender.held.getFirst();
        NodeKeyPair senderNew = NodeKeyPair.generate();
        NodeKeyPair receiverOld = receiver.held.getFirst();
        NodeKeyPair receiverNew = NodeKeyPair.generate();
        sender.held = List.of(senderOld, senderNew);
        receiver.held = List.of(receiverOld, receiverNew);
        Random random = new Random(7);
        int delivered = 0;
        List<byte[]> late = new ArrayList<>();

        // Both nodes take each step at different times; datagrams are lost, and some arrive a step late.
        for (int step = 0; step < 4; step++) {
            List<TestNode> order = random.nextBoolean() ? List.of(sender, receiver) : List.of(receiver, sender);
            for (TestNode node : order) {
                switch (step) {
                    case 0 -> keys(node, sender, receiver, senderOld, receiverOld);
                    case 1 -> keys(node, sender, receiver, senderOld, receiverOld, senderNew, receiverNew);
                    case 2 -> keys(node, sender, receiver, senderNew, receiverNew, senderOld, receiverOld);
                    default -> keys(node, sender, receiver, senderNew, receiverNew);
                }
                for (byte[] datagram : late) {
                    wire.deliver(datagram);
                    delivered++;
                }
                late.clear();
                for (int i = 0; i < 100; i++) {
                    byte[] sealed = sealed(wire, story);
                    if (random.nextInt(10) == 0) {
                        continue;
                    }
                    if (step < 2 && random.nextInt(10) == 0) {
                        late.add(sealed);
                        continue;
                    }
                    wire.deliver(sealed);
                    delivered++;
                }
                int expected = delivered;
                await().untilAsserted(() -> assertThat(receiver.received).hasSize(expected));
            }
        }
        assertThat(receiver.droppedIn(Drop.UNKNOWN_KEY)).isZero();
        assertThat(receiver.droppedIn(Drop.UNAUTHENTIC)).isZero();
    }

    private static void keys(
            TestNode node, TestNode sender, TestNode receiver, NodeKeyPair... senderAndReceiverInTurn) {
        List<NodeKeyPair> forSender = new ArrayList<>();
        List<NodeKeyPair> forReceiver = new ArrayList<>();
        for (int i = 0; i < senderAndReceiverInTurn.length; i += 2) {
            forSender.add(senderAndReceiverInTurn[i]);
            forReceiver.add(senderAndReceiverInTurn[i + 1]);
        }
        node.view.keys(sender, forSender.toArray(NodeKeyPair[]::new));
        node.view.keys(receiver, forReceiver.toArray(NodeKeyPair[]::new));
        node.activate();
    }

    @Test
    void newAddressAndRemovedNodeApplyAtOnce() {
        Story story = everyKind().findFirst().orElseThrow();
        TestNode sender = network.node(story.sender);
        TestNode receiver = network.node(story.receiver);
        meet(story);
        sender.view.address(receiver, receiver.address());
        sender.activate();
        sender.port().send(receiver.name, story.message);
        await().untilAsserted(() -> assertThat(receiver.received).hasSize(1));

        receiver.view.without(sender);
        receiver.activate();
        sender.port().send(receiver.name, story.message);
        await().untilAsserted(() ->
                assertThat(receiver.droppedIn(Drop.UNKNOWN_SENDER)).isEqualTo(1));

        sender.view.without(receiver);
        sender.activate();
        assertThat(sender.port().send(receiver.name, story.message)).isFalse();
        assertThat(sender.droppedOut(Drop.UNKNOWN_RECEIVER)).isEqualTo(1);
    }

    @Test
    void replayedDatagramsDrawFewNoticesAndStrangersNone() {
        Story story = everyKind().findFirst().orElseThrow();
        TestNode receiver = network.node(story.receiver);
        receiver.settings = new DatagramSettings(
                true, DatagramSettings.DEFAULT.receiveBuffer(), Duration.ofSeconds(2), Duration.ofSeconds(10));
        Wire wire = meet(story);
        byte[] recorded = sealed(wire, story);
        receiver.stop();
        receiver.start();

        for (int i = 0; i < 100; i++) {
            wire.deliver(recorded);
            wire.deliver(new byte[] {1, 2, 3});
            wire.deliver(new byte[500]);
        }

        await().untilAsserted(() -> assertThat(receiver.droppedIn()).isEqualTo(300));
        assertThat(receiver.droppedIn(Drop.WRONG_EPOCH)).isEqualTo(100);
        assertThat(receiver.sent()).isEqualTo(1);
    }

    @Test
    void whatQueuedUpWhileTheProcessWasStoppedIsThrownAway() {
        Story story = everyKind().findFirst().orElseThrow();
        TestNode receiver = network.node(story.receiver);
        Wire wire = meet(story);
        List<byte[]> queued = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            queued.add(sealed(wire, story));
        }
        receiver.onReceive = () -> {
            receiver.onReceive = () -> {};
            queued.forEach(wire::deliver);
            receiver.slept.addAndGet(Duration.ofSeconds(30).toNanos());
        };
        wire.deliver(sealed(wire, story));

        await().untilAsserted(
                        () -> assertThat(receiver.droppedIn(Drop.AFTER_PAUSE)).isEqualTo(10));
        wire.deliver(sealed(wire, story));
        await().untilAsserted(() -> assertThat(receiver.received).hasSize(2));
    }

    @Test
    void readerThatFailsDoesNotStopTheOthers() {
        Story story = everyKind().findFirst().orElseThrow();
        TestNode receiver = network.node(story.receiver);
        Wire wire = meet(story);
        receiver.onReceive = () -> {
            receiver.onReceive = () -> {};
            throw new IllegalStateException("on purpose");
        };
        wire.deliver(sealed(wire, story));
        wire.deliver(sealed(wire, story));

        await().untilAsserted(() -> assertThat(receiver.received).hasSize(2));
        assertThat(receiver.droppedIn(Drop.READER_FAILED)).isEqualTo(1);
    }

    @Test
    void messageThatFitsNoDatagramIsRefused() {
        TestNode edge = network.node("edge.a");
        int overhead = MessageSize.of(new LogBatch("c", 1, 1, 1, new byte[1000])) - 1000;
        byte[] most = new byte[MessageSize.BYTES_MAX - overhead];
        Wire wire = network.wire(edge, network.node("log.a"));

        assertThat(edge.port().send(network.node("log.a").name, new LogBatch("c", 1, 1, 1, most)))
                .isTrue();
        assertThat(wire.take()).hasSize(1200);
        assertThat(edge.port().send(network.node("log.a").name, new LogBatch("c", 1, 1, 1, new byte[most.length + 1])))
                .isFalse();
        assertThat(edge.droppedOut(Drop.TOO_LARGE)).isEqualTo(1);
    }

    @Test
    void nodeWithoutKeySendsNothing() {
        TestNode edge = network.node("edge.a");
        edge.held = List.of();
        edge.view.keys(edge, NodeKeyPair.generate());

        assertThat(edge.port().hasKey()).isFalse();
        assertThat(edge.port().send(network.node("log.a").name, new LogBatch("c", 1, 1, 1, new byte[1])))
                .isFalse();
        assertThat(edge.droppedOut(Drop.NO_KEY)).isEqualTo(1);
    }

    @Test
    void busyAddressIsNamed() throws IOException {
        TestNode edge = network.node("edge.a");
        try (DatagramSocket other = new DatagramSocket(edge.address())) {
            assertThat(other.isBound()).isTrue();
            assertThatThrownBy(edge::start)
                    .isInstanceOf(StartRefusedException.class)
                    .hasMessageContaining(AddressText.of(
                            edge.address().getAddress(), edge.address().getPort()))
                    .hasMessageContaining("another process of edge.a perhaps");
        }
    }

    @Test
    void receiveBufferAndKernelDropsAreShown() {
        TestNode edge = network.node("edge.a");
        edge.port();

        assertThat(edge.registry.get("popnet.datagrams.receive.buffer").gauge().value())
                .isGreaterThan(64 * 1024);
        assertThat(edge.registry
                        .get("popnet.datagrams.kernel.drops")
                        .functionCounter()
                        .count())
                .isZero();
    }

    /** Lets both learn each other's epochs over a wire; what was received until then is forgotten. */
    private Wire meet(Story story) {
        TestNode sender = network.node(story.sender);
        TestNode receiver = network.node(story.receiver);
        sender.port();
        receiver.port();
        Wire wire = network.wire(sender, receiver);
        meetAgain(wire, story);
        return wire;
    }

    private void meetAgain(Wire wire, Story story) {
        TestNode receiver = network.node(story.receiver);
        await().untilAsserted(() -> {
            byte[] sealed = sealed(wire, story);
            if (Envelope.read(sealed).receiverEpoch() == 0) {
                wire.deliver(sealed);
            }
            assertThat(Envelope.read(sealed).receiverEpoch()).isNotZero();
        });
        assertThat(receiver.received).isEmpty();
    }

    private byte[] sealed(Wire wire, Story story) {
        TestNode sender = network.node(story.sender);
        assertThat(sender.port().send(network.node(story.receiver).name, story.message))
                .isTrue();
        return wire.take();
    }

    private static PersistenceRecord persistence() {
        return new PersistenceRecord(Long.MIN_VALUE, -5, 1_700_000_000_000L, "dns.a", 600_000, 1, true);
    }

    private static ProbeReport report(String reason) {
        return new ProbeReport(
                List.of(
                        new ServiceResult(new TargetId("node:edge1.a"), true, 1.5, 20, 1_700_000_000_000L, null, false),
                        new ServiceResult(
                                new TargetId("server:c/west/www.c.example"),
                                false,
                                600,
                                0,
                                1_700_000_000_001L,
                                reason,
                                true)),
                List.of(new LatencyResult(InetAddress.ofLiteral("192.0.2.7"), 17.25, 100, 5, 6, false)),
                List.of(new ServerLoad("c/west", 12.5, 0.25, 7, false)));
    }
}
