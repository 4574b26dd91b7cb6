package org.popnet.bench.dns;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The tree that the name server is measured with: eight POPs around the world with a probe and two edges each, and
 * domains whose clients stay with their server for ten minutes (even numbers) or are steered anew each time (odd ones).
 */
public final class BenchNetwork {
    public static final int POPS = 8;
    public static final int EDGES_PER_POP = 2;
    public static final int EDGE_CAPACITY = 2000;
    public static final String NAME_SERVER = "dns.pop0";
    public static final String ZONE = "customer1.example";

    private BenchNetwork() {}

    public static List<String> pops() {
        return IntStream.range(0, POPS).mapToObj(i -> "pop" + i).toList();
    }

    public static String domain(int number) {
        return "d" + number + "." + ZONE;
    }

    /** An address of the client prefix with this number, of which there are 2^20. */
    public static byte[] prefix(int number) {
        return new byte[] {(byte) (20 + (number >> 16)), (byte) (number >> 8), (byte) number, 0};
    }

    /** @param coverage how many CIDRs stand in the POPs' coverage, all together; to 2^20 */
    public static String tree(int domains, int coverage) {
        StringBuilder text = new StringBuilder();
        text.append("""
                network: {zone: pop.example, administrators: [admin.hq], ports: {dns: 5300, datagram: 5301, http: 8080, https: 8443, fetch: 8081, control: 9443}}
                push: {masters: [dns.pop0, log.hq], below: {dns.pop0: [%s]}}
                pops:
                  hq:
                    nodes:
                      admin.hq: {service: admin, address: 127.0.0.1, ports: {control: 8095}}
                      log.hq: {service: log, address: 127.0.0.1, ports: {control: 8096, datagram: 5140}}
                """.formatted(String.join(
                ", ", pops().stream().map(pop -> "probe." + pop).toList())));
        for (int pop = 0; pop < POPS; pop++) {
            text.append("  pop%d:\n    location: [%d, %d]\n".formatted(pop, 20 + 4 * pop, -160 + 45 * pop));
            coverage(text, pop, coverage);
            text.append("    nodes:\n");
            if (pop == 0) {
                text.append("      %s: {service: dns, address: 127.0.1.1}\n".formatted(NAME_SERVER));
            }
            text.append("      probe.pop%d: {service: probe, address: 127.0.%d.4}\n".formatted(pop, pop + 1));
            for (int edge = 0; edge < EDGES_PER_POP; edge++) {
                text.append("      edge%d.pop%d: {service: edge-cache, address: 127.0.%d.%d, capacity: %d/s}\n"
                        .formatted(edge, pop, pop + 1, 10 + edge, EDGE_CAPACITY));
            }
        }
        text.append("""
                log-servers: {log.hq: {manages: [customer1]}}
                customers:
                  customer1:
                    servers:
                      origin: {address: 127.0.11.1, port: 8080}
                    domains:
                """);
        for (int i = 0; i < domains; i++) {
            text.append(String.format(
                    Locale.ROOT,
                    "      %s: {candidates: [pops], rule: %s}\n",
                    domain(i),
                    i % 2 == 0 ? "staying" : "default"));
        }
        text.append("""
                rules:
                  default: {ttl: 20s}
                  staying: {extends: default, persistence: 10m}
                """);
        return text.toString();
    }

    private static void coverage(StringBuilder text, int pop, int prefixes) {
        if (prefixes == 0) {
            return;
        }
        text.append("    coverage:\n");
        for (int i = pop; i < prefixes; i += POPS) {
            byte[] address = prefix(i);
            text.append("      - %d.%d.%d.0/24\n".formatted(address[0] & 255, address[1] & 255, address[2] & 255));
        }
    }
}
