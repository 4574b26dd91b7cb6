package org.popnet.probe.latency;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * The time that an address takes to return an echo request (ICMP, RFC 792; ICMPv6, RFC 4443). Uses the system's ping
 * sockets where the process's group may (Linux's {@code net.ipv4.ping_group_range}), or else raw ones, which take
 * CAP_NET_RAW. An answer is known by 16 random bytes that it must return. Never blocks a carrier thread: the socket is
 * looked at every {@value #LOOK_NANOS} ns, which bounds the precision.
 */
final class EchoPing {
    private static final int FAMILY_V4 = 2;
    private static final int FAMILY_V6 = 10;
    private static final int DATAGRAM_CLOSE_ON_EXEC = 2 | 0x80000;
    private static final int RAW_CLOSE_ON_EXEC = 3 | 0x80000;
    private static final int PROTOCOL_V4 = 1;
    private static final int PROTOCOL_V6 = 58;
    private static final int DO_NOT_WAIT = 0x40;
    private static final int HEADER_BYTES = 8;
    private static final int TOKEN_BYTES = 16;
    private static final int REQUEST_V4 = 8;
    private static final int REQUEST_V6 = 128;
    private static final int REPLY_V4 = 0;
    private static final int REPLY_V6 = 129;
    private static final long LOOK_NANOS = 200_000;

    private final InetAddress local;
    private final LongSupplier nanoTime;
    private final SecureRandom random = new SecureRandom();

    EchoPing(InetAddress local, LongSupplier nanoTime) {
        this.local = local;
        this.nanoTime = nanoTime;
    }

    /** The system's functions, found only where they are used. */
    private static final class Functions {
        private static final Linker LINKER = Linker.nativeLinker();
        private static final MethodHandle SOCKET = handle(JAVA_INT, "socket", JAVA_INT, JAVA_INT, JAVA_INT);
        private static final MethodHandle BIND = handle(JAVA_INT, "bind", JAVA_INT, ADDRESS, JAVA_INT);
        private static final MethodHandle CONNECT = handle(JAVA_INT, "connect", JAVA_INT, ADDRESS, JAVA_INT);
        private static final MethodHandle CLOSE = handle(JAVA_INT, "close", JAVA_INT);
        private static final MethodHandle SEND = handle(JAVA_LONG, "send", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
        private static final MethodHandle RECEIVE = handle(JAVA_LONG, "recv", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);

        private static MethodHandle handle(MemoryLayout result, String name, MemoryLayout... arguments) {
            return LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments));
        }
    }

    /** Whether this process may, on this system. */
    static boolean permitted(boolean v6) {
        if (!System.getProperty("os.name").equals("Linux")) {
            return false;
        }
        try {
            close(open(v6));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * @return milliseconds
     * @throws IOException if no answer came within the timeout, or this process may not ask
     */
    double ping(InetAddress address, Duration timeout) throws IOException {
        boolean v6 = !(address instanceof Inet4Address);
        int socket = open(v6);
        try (Arena arena = Arena.ofConfined()) {
            if (v6 != local instanceof Inet4Address && call(Functions.BIND, socket, name(local, arena)) != 0) {
                throw new IOException("an echo socket cannot be bound to " + local.getHostAddress());
            }
            if (call(Functions.CONNECT, socket, name(address, arena)) != 0) {
                throw new IOException("no route for an echo request to " + address.getHostAddress());
            }
            byte[] token = new byte[TOKEN_BYTES];
            random.nextBytes(token);
            byte[] request = request(v6, token);
            MemorySegment buffer = arena.allocate(1024);
            MemorySegment.copy(request, 0, buffer, JAVA_BYTE, 0, request.length);
            long start = nanoTime.getAsLong();
            if (transfer(Functions.SEND, socket, buffer, request.length) != request.length) {
                throw new IOException("an echo request to " + address.getHostAddress() + " was not sent");
            }
            while (nanoTime.getAsLong() - start < timeout.toNanos()) {
                long received = transfer(Functions.RECEIVE, socket, buffer, buffer.byteSize());
                long now = nanoTime.getAsLong();
                if (received > 0) {
                    byte[] bytes = buffer.asSlice(0, received).toArray(JAVA_BYTE);
                    if (answers(bytes, v6, token)) {
                        return (now - start) / 1e6;
                    }
                } else {
                    LockSupport.parkNanos(LOOK_NANOS);
                }
            }
            throw new SocketTimeoutException("no echo in time");
        } finally {
            close(socket);
        }
    }

    private static int open(boolean v6) throws IOException {
        int family = v6 ? FAMILY_V6 : FAMILY_V4;
        int protocol = v6 ? PROTOCOL_V6 : PROTOCOL_V4;
        try {
            int socket = (int) Functions.SOCKET.invokeExact(family, DATAGRAM_CLOSE_ON_EXEC, protocol);
            if (socket < 0) {
                socket = (int) Functions.SOCKET.invokeExact(family, RAW_CLOSE_ON_EXEC, protocol);
            }
            if (socket < 0) {
                throw new IOException("this process may not send echo requests: net.ipv4.ping_group_range must hold its"
                        + " group, or the process CAP_NET_RAW");
            }
            return socket;
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MemorySegment name(InetAddress address, Arena arena) {
        byte[] ip = address.getAddress();
        boolean v4 = ip.length == 4;
        MemorySegment name = arena.allocate(v4 ? 16 : 28, 8);
        ByteBuffer bytes = name.asByteBuffer().order(ByteOrder.nativeOrder());
        bytes.putShort(0, (short) (v4 ? FAMILY_V4 : FAMILY_V6));
        bytes.put(v4 ? 4 : 8, ip);
        return name;
    }

    private static byte[] request(boolean v6, byte[] token) {
        byte[] bytes = ByteBuffer.allocate(HEADER_BYTES + TOKEN_BYTES)
                .put((byte) (v6 ? REQUEST_V6 : REQUEST_V4))
                .put((byte) 0)
                .putShort((short) 0) // the checksum, below
                .putShort(ByteBuffer.wrap(token).getShort())
                .putShort((short) 1)
                .put(token)
                .array();
        if (!v6) { // of ICMPv6 the kernel computes it
            int sum = 0;
            for (int i = 0; i < bytes.length; i += 2) {
                sum += ((bytes[i] & 0xff) << 8) | (bytes[i + 1] & 0xff);
            }
            sum = (sum & 0xffff) + (sum >>> 16);
            sum = (sum & 0xffff) + (sum >>> 16);
            ByteBuffer.wrap(bytes).putShort(2, (short) ~sum);
        }
        return bytes;
    }

    private static boolean answers(byte[] bytes, boolean v6, byte[] token) {
        // A raw IPv4 socket gives the IP header too; an echo reply, type 0, cannot be taken for one.
        int start = !v6 && (bytes[0] >>> 4) == 4 ? (bytes[0] & 0xf) * 4 : 0;
        return bytes.length >= start + HEADER_BYTES + TOKEN_BYTES
                && (bytes[start] & 0xff) == (v6 ? REPLY_V6 : REPLY_V4)
                && Arrays.equals(
                        bytes, start + HEADER_BYTES, start + HEADER_BYTES + TOKEN_BYTES, token, 0, TOKEN_BYTES);
    }

    private static int call(MethodHandle function, int socket, MemorySegment name) {
        try {
            return (int) function.invokeExact(socket, name, (int) name.byteSize());
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static long transfer(MethodHandle function, int socket, MemorySegment buffer, long length) {
        try {
            return (long) function.invokeExact(socket, buffer, length, DO_NOT_WAIT);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static void close(int socket) {
        try {
            int unused = (int) Functions.CLOSE.invokeExact(socket);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
