package org.popnet.dns.server;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The few Linux system calls that the JDK does not offer: UDP sockets that share a port, and many datagrams at once
 * ({@code recvmmsg(2)}, {@code sendmmsg(2)}). Numbers are those of 64-bit Linux, alike on x86-64 and AArch64.
 */
final class LinuxSockets {
    static final int MESSAGE_HEADER_BYTES = 64;
    static final int IO_VECTOR_BYTES = 16;
    static final int SOCKET_ADDRESS_BYTES = 28;
    static final int WAIT_FOR_ONE = 0x10000;
    static final int DO_NOT_WAIT = 0x40;
    static final int FAMILY_V4 = 2;

    private static final int FAMILY_V6 = 10;
    private static final int DATAGRAM_CLOSE_ON_EXEC = 2 | 0x80000;
    private static final int LEVEL_SOCKET = 1;
    private static final int OPTION_RECEIVE_BUFFER = 8;
    private static final int OPTION_REUSE_PORT = 15;
    private static final int OPTION_RECEIVE_TIMEOUT = 20;
    private static final int LEVEL_V4 = 0;
    private static final int LEVEL_V6 = 41;
    private static final int OPTION_PATH_MTU_V4 = 10;
    private static final int OPTION_PATH_MTU_V6 = 23;
    /** {@code IP_PMTUDISC_PROBE}: datagrams are never fragmented, and what the path is said to carry is not heeded. */
    private static final int NEVER_FRAGMENT = 3;

    private static final int INTERRUPTED = 4;
    private static final int AGAIN = 11;
    private static final int NO_MEMORY = 12;
    private static final int NO_BUFFERS = 105;
    private static final int REFUSED = 111;
    private static final int ACCESS = 13;
    private static final int ADDRESS_IN_USE = 98;
    private static final int ADDRESS_NOT_AVAILABLE = 99;

    /** An IPv6 address stands at an offset of 8, socket addresses follow each other every 28 bytes. */
    private static final ValueLayout.OfLong UNALIGNED_LONG = JAVA_LONG.withByteAlignment(4);

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SOCKET = handle("socket", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = handle("bind", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle CONNECT = handle("connect", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle GET_NAME = handle("getsockname", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle CLOSE = handle("close", JAVA_INT);
    private static final MethodHandle SET_OPTION =
            handle("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle GET_OPTION = handle("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle RECEIVE = handle("recvmmsg", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle SEND = handle("sendmmsg", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);

    private LinuxSockets() {}

    private static MethodHandle handle(String name, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(JAVA_INT, arguments),
                Linker.Option.captureCallState("errno"));
    }

    /** Whether this is a system whose numbers these are. */
    static boolean supported() {
        String machine = System.getProperty("os.arch");
        return System.getProperty("os.name").equals("Linux")
                && (machine.equals("amd64") || machine.equals("aarch64"))
                && ADDRESS.byteSize() == 8;
    }

    /** Room for the error number of the calls of one thread. */
    static MemorySegment callState(Arena arena) {
        return arena.allocate(STATE);
    }

    /**
     * Opens a UDP socket that shares its port with others of this process. Its datagrams are never fragmented (RFC 9715):
     * no answer is longer than any path carries. Nor does it heed what routers say of a path's MTU: whoever forges such a
     * message would have answers come in fragments, which are easier to forge than whole datagrams.
     *
     * @param receiveTimeoutMs how long a receive waits before it comes back empty-handed
     * @throws BindException if the address cannot be bound
     */
    static int open(InetSocketAddress address, int receiveBufferBytes, int receiveTimeoutMs, Arena arena)
            throws IOException {
        MemorySegment state = callState(arena);
        byte[] ip = address.getAddress().getAddress();
        int family = ip.length == 4 ? FAMILY_V4 : FAMILY_V6;
        int socket = check(invoke(SOCKET, state, family, DATAGRAM_CLOSE_ON_EXEC, 0), state, "socket", address);
        try {
            setInt(socket, LEVEL_SOCKET, OPTION_REUSE_PORT, 1, state, arena, address);
            setInt(socket, LEVEL_SOCKET, OPTION_RECEIVE_BUFFER, receiveBufferBytes, state, arena, address);
            if (family == FAMILY_V4) {
                setInt(socket, LEVEL_V4, OPTION_PATH_MTU_V4, NEVER_FRAGMENT, state, arena, address);
            } else {
                setInt(socket, LEVEL_V6, OPTION_PATH_MTU_V6, NEVER_FRAGMENT, state, arena, address);
            }
            MemorySegment timeout = arena.allocate(JAVA_LONG, 2);
            timeout.setAtIndex(JAVA_LONG, 0, receiveTimeoutMs / 1000);
            timeout.setAtIndex(JAVA_LONG, 1, receiveTimeoutMs % 1000 * 1000L);
            check(
                    invoke(SET_OPTION, state, socket, LEVEL_SOCKET, OPTION_RECEIVE_TIMEOUT, timeout, 16),
                    state,
                    "setsockopt",
                    address);
            MemorySegment name = arena.allocate(SOCKET_ADDRESS_BYTES, 8);
            ByteBuffer bytes = name.asByteBuffer().order(ByteOrder.nativeOrder());
            bytes.putShort(0, (short) family);
            bytes.order(ByteOrder.BIG_ENDIAN).putShort(2, (short) address.getPort());
            bytes.put(family == FAMILY_V4 ? 4 : 8, ip);
            check(invoke(BIND, state, socket, name, family == FAMILY_V4 ? 16 : 28), state, "bind", address);
            return socket;
        } catch (IOException | RuntimeException e) {
            close(socket, state);
            throw e;
        }
    }

    private static void setInt(
            int socket, int level, int option, int value, MemorySegment state, Arena arena, InetSocketAddress address)
            throws IOException {
        MemorySegment argument = arena.allocate(JAVA_INT);
        argument.set(JAVA_INT, 0, value);
        check(invoke(SET_OPTION, state, socket, level, option, argument, 4), state, "setsockopt", address);
    }

    /** The receive buffer that the system gave; it counts its own overhead, so it gives twice what is asked for. */
    static int receiveBuffer(int socket, MemorySegment state, Arena arena) {
        MemorySegment value = arena.allocate(JAVA_INT);
        MemorySegment length = arena.allocate(JAVA_INT);
        length.set(JAVA_INT, 0, 4);
        invoke(GET_OPTION, state, socket, LEVEL_SOCKET, OPTION_RECEIVE_BUFFER, value, length);
        return value.get(JAVA_INT, 0) / 2;
    }

    /** @return how many came; 0 if none did in time */
    static int receive(int socket, MemorySegment headers, int count, int flags, MemorySegment state)
            throws IOException {
        int received;
        try {
            received = (int) RECEIVE.invokeExact(state, socket, headers, count, flags, MemorySegment.NULL);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (received >= 0) {
            return received;
        }
        int error = (int) ERRNO.get(state, 0L);
        if (error == AGAIN || error == INTERRUPTED || error == NO_MEMORY || error == NO_BUFFERS || error == REFUSED) {
            return 0; // nothing now, or not for now; the last is what became of an answer
        }
        throw new IOException("recvmmsg failed with error " + error);
    }

    /** @return how many of the messages the system took; 0 or less if not even the first */
    static int send(int socket, MemorySegment headers, int count, MemorySegment state) {
        try {
            return (int) SEND.invokeExact(state, socket, headers, count, 0);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Has the kernel take no more datagrams for the socket, except from its own address; what it took before can still be
     * received, and be answered. Whoever sends now is told that the port is unreachable, or served by another socket that
     * shares it.
     */
    static void takeNoMore(int socket, MemorySegment state, Arena arena) {
        MemorySegment name = arena.allocate(SOCKET_ADDRESS_BYTES, 8);
        MemorySegment length = arena.allocate(JAVA_INT);
        length.set(JAVA_INT, 0, SOCKET_ADDRESS_BYTES);
        if (invoke(GET_NAME, state, socket, name, length) == 0) {
            invoke(CONNECT, state, socket, name, length.get(JAVA_INT, 0));
        }
    }

    static void close(int socket, MemorySegment state) {
        invoke(CLOSE, state, socket);
    }

    private static int invoke(MethodHandle handle, Object... arguments) {
        try {
            return (int) handle.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static int check(int result, MemorySegment state, String call, InetSocketAddress address)
            throws IOException {
        if (result >= 0) {
            return result;
        }
        int error = (int) ERRNO.get(state, 0L);
        String reason =
                switch (error) {
                    case ADDRESS_IN_USE -> "the address is already in use";
                    case ADDRESS_NOT_AVAILABLE -> "this machine does not have the address";
                    case ACCESS -> "permission denied (ports below 1024 need CAP_NET_BIND_SERVICE)";
                    default -> "error " + error;
                };
        if (call.equals("bind")) {
            throw new BindException(reason);
        }
        throw new IOException(call + " for " + address + " failed: " + reason);
    }

    /** Reads the upper half of the address in a socket address; IPv4 in its mapped form. */
    static long addressHigh(MemorySegment addresses, long at) {
        return addresses.get(JAVA_SHORT, at) == FAMILY_V4
                ? 0
                : Long.reverseBytes(addresses.get(UNALIGNED_LONG, at + 8));
    }

    /** Reads the lower half of the address in a socket address; IPv4 in its mapped form. */
    static long addressLow(MemorySegment addresses, long at) {
        return addresses.get(JAVA_SHORT, at) == FAMILY_V4
                ? 0xffff_0000_0000L | Integer.toUnsignedLong(Integer.reverseBytes(addresses.get(JAVA_INT, at + 4)))
                : Long.reverseBytes(addresses.get(UNALIGNED_LONG, at + 16));
    }

    /** Copies out of native memory. */
    static void copy(MemorySegment from, long at, byte[] to, int length) {
        MemorySegment.copy(from, JAVA_BYTE, at, to, 0, length);
    }
}
