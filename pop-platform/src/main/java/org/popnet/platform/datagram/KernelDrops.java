package org.popnet.platform.datagram;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** How many datagrams the kernel threw away because a socket's receive buffer was full, as Linux tells. */
final class KernelDrops {
    private KernelDrops() {}

    /** The count for the UDP socket bound to this address; NaN where the system does not tell. */
    static double of(InetSocketAddress local) {
        boolean v4 = local.getAddress() instanceof Inet4Address;
        Path table = Path.of(v4 ? "/proc/self/net/udp" : "/proc/self/net/udp6");
        try (var lines = Files.lines(table, StandardCharsets.US_ASCII)) {
            String wanted = hex(local);
            return lines.skip(1)
                    .map(line -> line.strip().split("\\s+"))
                    .filter(fields -> fields.length > 2 && fields[1].equals(wanted))
                    .mapToDouble(fields -> Double.parseDouble(fields[fields.length - 1]))
                    .max()
                    .orElse(Double.NaN);
        } catch (IOException | java.io.UncheckedIOException | NumberFormatException e) {
            return Double.NaN;
        }
    }

    /** The kernel prints addresses as words in the machine's byte order, the port as a number. */
    private static String hex(InetSocketAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress().getAddress()).order(ByteOrder.nativeOrder());
        StringBuilder text = new StringBuilder();
        while (bytes.hasRemaining()) {
            text.append(String.format(Locale.ROOT, "%08X", bytes.getInt()));
        }
        return text.append(String.format(Locale.ROOT, ":%04X", address.getPort()))
                .toString();
    }
}
