package org.popnet.local.demo;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;

/**
 * The resolver of one place: it asks Popnet's name servers for its users, with cookies and without a cache, and answers
 * whoever asks from elsewhere (a probe) after the delay of the distance.
 */
public final class SimulatedResolver {
    private static final int QUERIES_AT_ONCE_MAX = 1000;
    private static final int QUERY_BYTES_MAX = 1232;

    private final DatagramSocket socket;
    private final Delays delays;
    private final List<NameServerClient> nameServers;
    private final Semaphore free = new Semaphore(QUERIES_AT_ONCE_MAX);
    private int turn;

    private SimulatedResolver(DatagramSocket socket, Delays delays, List<NameServerClient> nameServers) {
        this.socket = socket;
        this.delays = delays;
        this.nameServers = nameServers;
    }

    /**
     * @param args {@code --name california --address 127.0.21.1 --port 5380 --name-servers 127.0.1.1:5300,…
     *     [--delays 127.0.1.0/24=8,…]}
     */
    public static void main(String[] args) throws IOException {
        Arguments arguments = new Arguments(args);
        InetAddress address = InetAddress.ofLiteral(arguments.get("address"));
        List<NameServerClient> nameServers = new ArrayList<>();
        for (String text : arguments.get("name-servers").split(",")) {
            int colon = text.lastIndexOf(':');
            nameServers.add(new NameServerClient(
                    new InetSocketAddress(
                            InetAddress.ofLiteral(text.substring(0, colon)),
                            Integer.parseInt(text.substring(colon + 1))),
                    address));
        }
        DatagramSocket socket = new DatagramSocket(new InetSocketAddress(address, arguments.port("port")));
        System.out.println("resolver " + arguments.get("name") + " listens on " + socket.getLocalSocketAddress());
        new SimulatedResolver(socket, Delays.parse(arguments.get("delays", "")), nameServers).run();
    }

    private void run() throws IOException {
        byte[] buffer = new byte[QUERY_BYTES_MAX];
        while (true) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            socket.receive(packet);
            byte[] query = Arrays.copyOf(packet.getData(), packet.getLength());
            InetSocketAddress asker = (InetSocketAddress) packet.getSocketAddress();
            if (free.tryAcquire()) {
                int first = turn++;
                Thread.ofVirtual().start(() -> {
                    try {
                        answer(query, asker, first);
                    } finally {
                        free.release();
                    }
                });
            }
        }
    }

    private void answer(byte[] query, InetSocketAddress asker, int first) {
        try {
            Message question = new Message(query);
            if (question.getHeader().getFlag(Flags.QR) || question.getQuestion() == null) {
                return;
            }
            Duration distance = delays.of(asker.getAddress());
            if (!distance.isZero()) {
                LockSupport.parkNanos(distance.toNanos());
            }
            Message answer =
                    question.getHeader().getFlag(Flags.RD) && distance.isZero() ? resolve(question, first) : null;
            byte[] wire = (answer == null ? refusal(question) : answer).toWire(QUERY_BYTES_MAX);
            socket.send(new DatagramPacket(wire, wire.length, asker));
        } catch (IOException e) {
            // garbage, or a name server that is away: the asker tries again, as with any resolver
        }
    }

    /** Asks one name server after the other, beginning with another one each time. */
    private Message resolve(Message question, int first) {
        for (int i = 0; i < nameServers.size(); i++) {
            NameServerClient nameServer = nameServers.get(Math.floorMod(first + i, nameServers.size()));
            @Nullable Message answer = nameServer.ask(question);
            if (answer != null) {
                answer.getHeader().setID(question.getHeader().getID());
                answer.getHeader().setFlag(Flags.RA);
                answer.getHeader().setFlag(Flags.RD);
                answer.getHeader().unsetFlag(Flags.AA);
                return answer;
            }
        }
        Message failure = refusal(question);
        failure.getHeader().setRcode(Rcode.SERVFAIL);
        return failure;
    }

    private static Message refusal(Message question) {
        Message refusal = new Message(question.getHeader().getID());
        refusal.getHeader().setFlag(Flags.QR);
        refusal.getHeader().setRcode(Rcode.REFUSED);
        refusal.addRecord(question.getQuestion(), Section.QUESTION);
        return refusal;
    }
}
