package org.popnet.dns.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Queries that the kernel threw away because the UDP sockets of its addresses were full, as {@code /proc/net/udp} has it. */
final class KernelDrops {
    private static final int LOCAL_ADDRESS = 1;

    private record Table(Path file, String local) {}

    private final List<Table> tables;

    KernelDrops(List<InetSocketAddress> addresses) {
        tables = addresses.stream().map(KernelDrops::table).toList();
    }

    private static Table table(InetSocketAddress address) {
        byte[] ip = address.getAddress().getAddress();
        // The kernel prints each 32 bits of the address as a number of its own byte order.
        StringBuilder hex = new StringBuilder();
        ByteBuffer words = ByteBuffer.wrap(ip).order(ByteOrder.nativeOrder());
        while (words.hasRemaining()) {
            hex.append(String.format(Locale.ROOT, "%08X", words.getInt()));
        }
        String local = hex.append(String.format(Locale.ROOT, ":%04X", address.getPort()))
                .toString();
        return new Table(Path.of(ip.length == 4 ? "/proc/net/udp" : "/proc/net/udp6"), local);
    }

    /** Since the sockets were opened; 0 where the system does not tell. */
    long count() {
        return tables.stream().mapToLong(KernelDrops::count).sum();
    }

    private static long count(Table table) {
        List<String> lines;
        try {
            lines = Files.exists(table.file) ? Files.readAllLines(table.file) : List.of();
        } catch (IOException e) {
            return 0;
        }
        return lines.stream()
                .map(line -> line.strip().split("\\s+"))
                .filter(fields -> fields.length > LOCAL_ADDRESS && fields[LOCAL_ADDRESS].equals(table.local))
                .mapToLong(fields -> Long.parseLong(fields[fields.length - 1]))
                .sum();
    }
}
