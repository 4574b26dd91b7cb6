package org.popnet.bench.dns;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Queries for dnsperf in its binary form (as on TCP: length, message): each asks for a domain at random on behalf of
 * another client subnet (RFC 7871), the same for every server.
 */
final class QueryFile {
    private static final int TYPE_A = 1;
    private static final int CLASS_IN = 1;
    private static final int OPT = 41;
    private static final int UDP_BYTES = 1232;
    private static final int CLIENT_SUBNET = 8;
    private static final int IPV4 = 1;
    private static final int PREFIX_BITS = 24;
    private static final int ID_FLAGS_COUNTS_BYTES = 12;

    private QueryFile() {}

    /** @param subnets of how many client subnets queries come: one query each */
    static void write(Path file, int domains, int subnets) throws IOException {
        Random random = new Random(7);
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            for (int subnet = 0; subnet < subnets; subnet++) {
                query(out, BenchNetwork.domain(random.nextInt(domains)), BenchNetwork.prefix(subnet));
            }
        }
    }

    private static void query(DataOutputStream out, String name, byte[] prefix) throws IOException {
        int nameBytes = name.length() + 2;
        int optionBytes = 4 + 4 + PREFIX_BITS / 8;
        out.writeShort(ID_FLAGS_COUNTS_BYTES + nameBytes + 4 + 11 + optionBytes);
        out.writeShort(0); // the id: dnsperf writes its own
        out.writeShort(0); // iterative, as resolvers ask
        out.writeShort(1);
        out.writeShort(0);
        out.writeShort(0);
        out.writeShort(1);
        for (String label : name.split("\\.")) {
            out.writeByte(label.length());
            out.write(label.getBytes(StandardCharsets.US_ASCII));
        }
        out.writeByte(0);
        out.writeShort(TYPE_A);
        out.writeShort(CLASS_IN);
        out.writeByte(0);
        out.writeShort(OPT);
        out.writeShort(UDP_BYTES);
        out.writeInt(0);
        out.writeShort(optionBytes);
        out.writeShort(CLIENT_SUBNET);
        out.writeShort(optionBytes - 4);
        out.writeShort(IPV4);
        out.writeByte(PREFIX_BITS);
        out.writeByte(0);
        out.write(prefix, 0, PREFIX_BITS / 8);
    }
}
