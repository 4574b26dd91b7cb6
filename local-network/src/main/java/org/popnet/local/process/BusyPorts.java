package org.popnet.local.process;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.popnet.local.process.ProcessSpec.Port;
import org.popnet.local.process.ProcessSpec.Protocol;

/** Finds ports that a network needs and someone else has, and who that is. */
public final class BusyPorts {
    private static final Path PROC = Path.of("/proc");

    private BusyPorts() {}

    /** A sentence for each port of these processes that cannot be bound now; empty if all is free. */
    public static List<String> of(List<ProcessSpec> specs) {
        List<String> busy = new ArrayList<>();
        for (ProcessSpec spec : specs) {
            for (Port port : spec.ports()) {
                problem(spec.address(), port).ifPresent(why -> busy.add(spec.name() + ": " + why));
            }
        }
        return busy;
    }

    public static Optional<String> problem(InetAddress address, Port port) {
        InetSocketAddress where = new InetSocketAddress(address, port.number());
        String what = port.protocol() + " port " + port.number() + " of " + address.getHostAddress();
        try {
            bind(where, port.protocol());
            return Optional.empty();
        } catch (SocketException e) {
            if (String.valueOf(e.getMessage()).contains("assign")) {
                return Optional.of(address.getHostAddress()
                        + " is not an address of this machine: ./popnet doctor says how to add it");
            }
            String who = holder(port).map(p -> "is in use by " + p).orElse("cannot be bound: " + e.getMessage());
            return Optional.of(what + " " + who);
        } catch (IOException e) {
            return Optional.of(what + " cannot be bound: " + e.getMessage());
        }
    }

    private static void bind(InetSocketAddress where, Protocol protocol) throws IOException {
        switch (protocol) {
            case TCP -> {
                try (ServerSocket socket = new ServerSocket()) {
                    socket.setReuseAddress(true); // closed connections that linger are no obstacle
                    socket.bind(where);
                }
            }
            case UDP -> {
                try (DatagramSocket socket = new DatagramSocket(null)) {
                    socket.setReuseAddress(false);
                    socket.bind(where);
                }
            }
        }
    }

    /** Who listens on this port, at whatever address: {@code nginx (process 4711)}; as far as /proc tells. */
    private static Optional<String> holder(Port port) {
        for (String table : List.of("", "6")) {
            Path file = PROC.resolve("net").resolve((port.protocol() == Protocol.TCP ? "tcp" : "udp") + table);
            try {
                for (String line : Files.readAllLines(file)) {
                    String[] columns = line.strip().split("\\s+");
                    boolean listens = columns.length > 9
                            && columns[1].endsWith(String.format(":%04X", port.number()))
                            && columns[3].equals(port.protocol() == Protocol.TCP ? "0A" : "07");
                    if (listens) {
                        Optional<String> process = ownerOf("socket:[" + columns[9] + "]");
                        if (process.isPresent()) {
                            return process;
                        }
                    }
                }
            } catch (IOException e) {
                // no /proc, or not readable: nobody can be named
            }
        }
        return Optional.empty();
    }

    private static Optional<String> ownerOf(String socket) throws IOException {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process, socket)) {
                    String name = Files.readString(process.resolve("comm")).strip();
                    return Optional.of(name + " (process " + process.getFileName() + ")");
                }
            }
        }
        return Optional.empty();
    }

    private static boolean holds(Path process, String socket) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.readSymbolicLink(descriptor).toString().equals(socket)) {
                    return true;
                }
            }
        } catch (IOException e) {
            // gone, or another user's
        }
        return false;
    }
}
