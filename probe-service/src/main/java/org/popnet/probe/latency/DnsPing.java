package org.popnet.probe.latency;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.popnet.probe.check.NoSocketException;

/**
 * The time that a DNS server takes to answer anything at all: a query for the root's name servers without recursion, the
 * least work there is. Any response with its id counts, refusals too.
 */
final class DnsPing {
    private static final int HEADER_BYTES = 12;
    private static final int RESPONSE_BIT = 0x80;
    private static final int TYPE_NS = 2;
    private static final int CLASS_IN = 1;

    private final InetAddress local;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;

    /** @param random for query ids; safe for use by many threads */
    DnsPing(InetAddress local, LongSupplier nanoTime, RandomGenerator random) {
        this.local = local;
        this.nanoTime = nanoTime;
        this.random = random;
    }

    /**
     * @return milliseconds
     * @throws IOException if no answer came within the timeout
     */
    double ping(InetSocketAddress server, Duration timeout) throws IOException {
        try (DatagramSocket socket = open(server)) {
            // Connected, so that only this server's datagrams are received.
            socket.connect(server);
            short id = (short) random.nextInt();
            byte[] query = query(id);
            long start = nanoTime.getAsLong();
            long deadline = start + timeout.toNanos();
            socket.send(new DatagramPacket(query, query.length));
            DatagramPacket response = new DatagramPacket(new byte[512], 512);
            while (true) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - nanoTime.getAsLong());
                if (left <= 0) {
                    throw new SocketTimeoutException("no answer in time");
                }
                socket.setSoTimeout((int) left);
                socket.receive(response);
                if (answers(response, id)) {
                    return (nanoTime.getAsLong() - start) / 1e6;
                }
                response.setLength(512);
            }
        }
    }

    /** From the node's own address, or if that is of the other family from one that the system chooses. */
    private DatagramSocket open(InetSocketAddress server) throws NoSocketException {
        boolean sameFamily = local instanceof Inet4Address == server.getAddress() instanceof Inet4Address;
        try {
            return new DatagramSocket(sameFamily ? new InetSocketAddress(local, 0) : new InetSocketAddress(0));
        } catch (SocketException e) {
            throw new NoSocketException(e);
        }
    }

    private static byte[] query(short id) {
        return ByteBuffer.allocate(HEADER_BYTES + 5)
                .putShort(id)
                .putShort((short) 0) // a query, no recursion desired
                .putShort((short) 1) // one question
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .put((byte) 0) // the root
                .putShort((short) TYPE_NS)
                .putShort((short) CLASS_IN)
                .array();
    }

    private static boolean answers(DatagramPacket packet, short id) {
        byte[] bytes = packet.getData();
        return packet.getLength() >= HEADER_BYTES
                && (short) ((bytes[0] << 8) | (bytes[1] & 0xff)) == id
                && (bytes[2] & RESPONSE_BIT) != 0;
    }
}
