package org.popnet.bench.dns;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Asks a name server again and again until it answers. */
final class FirstAnswer {
    private static final int TIMEOUT_MS = 20;
    private static final int HEADER_BYTES = 12;

    private final CompletableFuture<Double> milliseconds;

    /** @param beginNanos the moment that time is counted from */
    FirstAnswer(InetSocketAddress server, long beginNanos) {
        milliseconds = CompletableFuture.supplyAsync(() -> {
            while (!answers(server)) {
                Thread.onSpinWait();
            }
            return (System.nanoTime() - beginNanos) / 1e6;
        });
    }

    double awaitMs() throws InterruptedException, ExecutionException {
        return milliseconds.get();
    }

    /** Whether the server gives an address for the first of the domains, now. */
    static boolean answers(InetSocketAddress server) {
        byte[] query = query(BenchNetwork.domain(0));
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(server);
            socket.setSoTimeout(TIMEOUT_MS);
            long sent = System.nanoTime();
            socket.send(new DatagramPacket(query, query.length));
            DatagramPacket answer = new DatagramPacket(new byte[512], 512);
            socket.receive(answer);
            return System.nanoTime() - sent >= 0 && answer.getLength() > query.length && answer.getData()[7] > 0;
        } catch (IOException e) {
            pause();
            return false; // nobody is there yet
        }
    }

    /** A refused port answers at once; the server shall have the processor. */
    private static void pause() {
        java.util.concurrent.locks.LockSupport.parkNanos(TIMEOUT_MS * 1_000_000L / 4);
    }

    private static byte[] query(String name) {
        ByteBuffer query = ByteBuffer.allocate(HEADER_BYTES + name.length() + 2 + 4);
        query.putShort((short) 1)
                .putShort((short) 0)
                .putShort((short) 1)
                .putShort((short) 0)
                .putInt(0);
        for (String label : name.split("\\.")) {
            query.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
        }
        return query.put((byte) 0).putShort((short) 1).putShort((short) 1).array();
    }
}
