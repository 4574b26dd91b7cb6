package org.popnet.platform.datagram;

import java.security.GeneralSecurityException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.datagram.Contacts.Contact;
import org.popnet.platform.datagram.Contacts.OtherKey;
import org.popnet.platform.datagram.Contacts.OwnKey;
import org.popnet.platform.message.Message;
import org.popnet.platform.message.Message.EpochNotice;
import org.popnet.platform.tree.NodeName;

/**
 * Turns bytes from the network into authentic messages, or drops and counts them. The order of the checks is: form,
 * whom it names, seen before, seal, this node's epoch, right to send it, content. Used by one thread.
 */
final class Opener {
    private final NodeName self;
    private final long selfId;
    private final long ownEpoch;
    private final Supplier<Contacts> contacts;
    private final DatagramMetrics metrics;
    private final LongSupplier nanoTime;
    private final long noticeIntervalNanos;
    private final NoticeSender notices;
    private final Cipher cipher = SessionKeys.newCipher();
    private final byte[] plain = new byte[Envelope.DATAGRAM_BYTES_MAX];

    /** Sends an epoch notice to a node, at its address in the tree. */
    interface NoticeSender {
        void send(NodeName receiver, EpochNotice notice);
    }

    /** An authentic message that its sender may send. */
    record Opened(NodeName sender, long generation, Kind kind, Message message) {}

    Opener(
            NodeName self,
            long ownEpoch,
            Supplier<Contacts> contacts,
            DatagramMetrics metrics,
            LongSupplier nanoTime,
            long noticeIntervalNanos,
            NoticeSender notices) {
        this.self = self;
        this.selfId = Envelope.idOf(self);
        this.ownEpoch = ownEpoch;
        this.contacts = contacts;
        this.metrics = metrics;
        this.nanoTime = nanoTime;
        this.noticeIntervalNanos = noticeIntervalNanos;
        this.notices = notices;
    }

    /** The message in these bytes, or null if they were dropped. */
    @Nullable Opened open(byte[] datagram, int length) {
        if (length <= Envelope.BYTES + Envelope.TAG_BYTES) {
            return drop(Drop.TRUNCATED);
        }
        if (length > Envelope.DATAGRAM_BYTES_MAX) {
            return drop(Drop.OVERSIZED);
        }
        if (datagram[0] != Envelope.VERSION) {
            return drop(Drop.OTHER_VERSION);
        }
        Envelope envelope = Envelope.read(datagram);
        if (envelope.receiverId() != selfId) {
            return drop(Drop.NOT_FOR_ME);
        }
        Contacts now = contacts.get();
        Contact sender = now.byId().get(envelope.senderId());
        if (sender == null) {
            return drop(Drop.UNKNOWN_SENDER);
        }
        OwnKey own = now.ownKey(envelope.receiverKeyId());
        OtherKey other = sender.key(envelope.senderKeyId());
        if (own == null || other == null) {
            return drop(Drop.UNKNOWN_KEY);
        }
        Inbound inbound = sender.peer().inbound;
        if (envelope.senderEpoch() < inbound.epoch()) {
            return drop(Drop.OLD_EPOCH);
        }
        if (!inbound.isNew(envelope.senderEpoch(), envelope.sequence())) {
            return drop(Drop.REPLAYED);
        }
        return open(datagram, length, envelope, sender, own, other);
    }

    private @Nullable Opened open(
            byte[] datagram, int length, Envelope envelope, Contact sender, OwnKey own, OtherKey other) {
        Inbound inbound = sender.peer().inbound;
        Peer.KeyPairing pairing = new Peer.KeyPairing(own.pair().publicKey(), other.key());
        int plainLength;
        try {
            SecretKey key = inbound.key(envelope.senderEpoch(), pairing);
            if (key == null) {
                key = SessionKeys.derive(
                        sender.peer().agreed(own.pair(), other.key()),
                        sender.peer().name(),
                        other.key(),
                        envelope.senderEpoch(),
                        self,
                        own.pair().publicKey());
            }
            cipher.init(Cipher.DECRYPT_MODE, key, SessionKeys.nonce(envelope.sequence()));
            cipher.updateAAD(datagram, 0, Envelope.BYTES);
            plainLength = cipher.doFinal(datagram, Envelope.BYTES, length - Envelope.BYTES, plain, 0);
            inbound.advance(envelope.senderEpoch(), pairing, key);
        } catch (GeneralSecurityException e) {
            return drop(Drop.UNAUTHENTIC);
        }
        Kind kind = Kind.ofCode(plain[0]);
        if (envelope.receiverEpoch() != ownEpoch) {
            // Authentic, but perhaps recorded before this node's windows were emptied by its restart: not acted on.
            if (kind != Kind.EPOCH_NOTICE && inbound.mayNotice(nanoTime.getAsLong(), noticeIntervalNanos)) {
                notices.send(
                        sender.peer().name(), new EpochNotice(ownEpoch, envelope.senderEpoch(), envelope.sequence()));
            }
            return drop(Drop.WRONG_EPOCH);
        }
        inbound.mark(envelope.sequence());
        if (kind == Kind.EPOCH_NOTICE) {
            return acceptNotice(envelope, sender, plainLength);
        }
        sender.peer().proved(envelope.senderEpoch());
        return message(envelope, sender, kind, plainLength);
    }

    /** Believes a notice only if it answers a datagram that this node did send in its present life. */
    private @Nullable Opened acceptNotice(Envelope envelope, Contact sender, int plainLength) {
        Opened opened = message(envelope, sender, Kind.EPOCH_NOTICE, plainLength);
        if (opened == null || !(opened.message() instanceof EpochNotice notice)) {
            return null;
        }
        long sent = sender.peer().outbound.sequence();
        if (notice.epoch() != envelope.senderEpoch()
                || notice.senderEpoch() != ownEpoch
                || notice.senderSequence() < 1
                || notice.senderSequence() > sent) {
            return drop(Drop.MALFORMED);
        }
        sender.peer().proved(envelope.senderEpoch());
        return opened;
    }

    private @Nullable Opened message(Envelope envelope, Contact sender, @Nullable Kind kind, int plainLength) {
        if (kind == null) {
            return drop(Drop.UNKNOWN_KIND);
        }
        if (!kind.maySend(sender.service())) {
            return drop(Drop.NOT_ALLOWED);
        }
        try {
            Message message = PayloadCodec.decode(kind, plain, 1, plainLength - 1);
            return new Opened(sender.peer().name(), envelope.generation(), kind, message);
        } catch (PayloadCodec.MalformedException e) {
            return drop(Drop.MALFORMED);
        }
    }

    private @Nullable Opened drop(Drop reason) {
        metrics.droppedIn(reason);
        return null;
    }
}
