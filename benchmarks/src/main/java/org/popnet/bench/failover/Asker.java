package org.popnet.bench.failover;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Asks one name server for the addresses of hosted domains from one resolver's address, again and again, and keeps what was
 * answered and when.
 */
final class Asker implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final int TIMEOUT_MS = 500;
    private static final int ANSWER_BYTES_MAX = 4096;
    private static final int HEADER_BYTES = 12;

    private final String nameServer;
    private final String place;
    private final List<Name> domains;
    private final InetSocketAddress server;
    private final InetAddress resolver;
    private final DatagramSocket socket;
    private final Thread thread;
    private final List<Answer> answers = new ArrayList<>();
    private int unanswered;

    /**
     * An authoritative answer.
     *
     * @param nanos when it was received
     * @param addresses empty if it denies or fails
     */
    record Answer(long nanos, Set<InetAddress> addresses) {}

    Asker(String nameServer, InetSocketAddress server, String place, InetAddress resolver, List<Name> domains)
            throws IOException {
        this.nameServer = nameServer;
        this.place = place;
        this.domains = List.copyOf(domains);
        this.server = server;
        this.resolver = resolver;
        this.socket = new DatagramSocket(new InetSocketAddress(resolver, 0));
        socket.connect(server);
        socket.setSoTimeout(TIMEOUT_MS);
        this.thread = Thread.ofPlatform().name("asks " + nameServer).daemon().start(this::run);
    }

    String nameServer() {
        return nameServer;
    }

    String place() {
        return place;
    }

    private void run() {
        for (int i = 0; !socket.isClosed(); i++) {
            try {
                ask(domains.get(i % domains.size()), i & 0xffff);
            } catch (SocketTimeoutException e) {
                missed();
            } catch (IOException e) {
                missed(); // refused: the next one may be answered
                LockSupport.parkNanos(PAUSE.toNanos());
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private void ask(Name domain, int id) throws IOException {
        Message query = Message.newQuery(Record.newRecord(domain, Type.A, DClass.IN));
        query.getHeader().setID(id);
        query.getHeader().unsetFlag(Flags.RD);
        byte[] wire = query.toWire();
        socket.send(new DatagramPacket(wire, wire.length));
        DatagramPacket packet = new DatagramPacket(new byte[ANSWER_BYTES_MAX], ANSWER_BYTES_MAX);
        Message answer;
        do { // one that came too late for its own question is left out
            socket.receive(packet);
            answer = packet.getLength() < HEADER_BYTES
                    ? query
                    : new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
        } while (answer.getHeader().getID() != id || !answer.getHeader().getFlag(Flags.AA));
        if (answer.getHeader().getFlag(Flags.TC)) {
            answer = askByTcp(wire);
        }
        Set<InetAddress> addresses = answer.getRcode() != Rcode.NOERROR
                ? Set.of()
                : answer.getSection(Section.ANSWER).stream()
                        .filter(ARecord.class::isInstance)
                        .map(record -> ((ARecord) record).getAddress())
                        .collect(Collectors.toUnmodifiableSet());
        keep(new Answer(System.nanoTime(), addresses));
    }

    /** As it is told to, like any resolver: only who has shown in this way where it receives is measured. */
    private Message askByTcp(byte[] query) throws IOException {
        try (Socket connection = new Socket()) {
            connection.setSoTimeout(TIMEOUT_MS);
            connection.bind(new InetSocketAddress(resolver, 0));
            connection.connect(server, TIMEOUT_MS);
            DataOutputStream out = new DataOutputStream(connection.getOutputStream());
            out.writeShort(query.length);
            out.write(query);
            out.flush();
            DataInputStream in = new DataInputStream(connection.getInputStream());
            byte[] answer = new byte[in.readUnsignedShort()];
            in.readFully(answer);
            return new Message(answer);
        }
    }

    private synchronized void keep(Answer answer) {
        answers.add(answer);
    }

    private synchronized void missed() {
        unanswered++;
    }

    /** Forgets all that was answered until now. */
    synchronized void forget() {
        answers.clear();
        unanswered = 0;
    }

    /** In the order in which they came. */
    synchronized List<Answer> answers() {
        return List.copyOf(answers);
    }

    /** Queries that nobody answered in {@value #TIMEOUT_MS} ms. */
    synchronized int unanswered() {
        return unanswered;
    }

    @Override
    public void close() {
        socket.close();
        thread.interrupt();
    }
}
