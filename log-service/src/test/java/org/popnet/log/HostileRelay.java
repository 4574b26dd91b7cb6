package org.popnet.log;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands on the way from a sender to a log server. It hands everything on as it is and, once it is told to, with each
 * datagram a spoilt copy: with a flipped bit, cut off, too long, a second time, or with another sender's name.
 */
final class HostileRelay implements AutoCloseable {
    private static final int HEAD_BYTES = 57;
    private static final int TAG_BYTES = 16;

    final AtomicLong flipped = new AtomicLong();
    final AtomicLong truncated = new AtomicLong();
    final AtomicLong oversized = new AtomicLong();
    final AtomicLong replayed = new AtomicLong();
    final AtomicLong forged = new AtomicLong();
    volatile boolean hostile;
    private final DatagramSocket socket;
    private final InetSocketAddress to;
    private final Random random;

    HostileRelay(String address, InetSocketAddress to, long seed) throws IOException {
        this.to = to;
        this.random = new Random(seed);
        socket = new DatagramSocket(new InetSocketAddress(address, 0));
        Thread.ofPlatform().name("hostile relay").daemon().start(this::run);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    long spoilt() {
        return flipped.get() + truncated.get() + oversized.get() + replayed.get() + forged.get();
    }

    private void run() {
        try {
            DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
            while (true) {
                socket.receive(packet);
                byte[] datagram = Arrays.copyOf(packet.getData(), packet.getLength());
                send(datagram);
                if (hostile) {
                    spoil(datagram);
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void spoil(byte[] datagram) throws IOException {
        byte[] copy = datagram.clone();
        switch (random.nextInt(5)) {
            case 0 -> {
                // in what is sealed, so that the reason is known
                copy[HEAD_BYTES + random.nextInt(copy.length - HEAD_BYTES)] ^= (byte) (1 << random.nextInt(8));
                // the number is fresh: as the one that it copies, but not yet seen
                copy[41] ^= 1;
                send(copy);
                flipped.incrementAndGet();
            }
            case 1 -> {
                send(Arrays.copyOf(copy, random.nextInt(HEAD_BYTES + TAG_BYTES + 1)));
                truncated.incrementAndGet();
            }
            case 2 -> {
                send(Arrays.copyOf(copy, 1201 + random.nextInt(500)));
                oversized.incrementAndGet();
            }
            case 3 -> {
                send(copy);
                replayed.incrementAndGet();
            }
            case 4 -> {
                copy[1 + random.nextInt(8)] ^= 1;
                send(copy);
                forged.incrementAndGet();
            }
            default -> throw new IllegalStateException();
        }
    }

    private void send(byte[] datagram) throws IOException {
        socket.send(new DatagramPacket(datagram, datagram.length, to));
    }

    @Override
    public void close() {
        socket.close();
    }
}
