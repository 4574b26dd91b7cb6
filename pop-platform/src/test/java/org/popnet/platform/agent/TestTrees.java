package org.popnet.platform.agent;

import org.popnet.platform.tree.Generation;

/** Small valid trees. */
final class TestTrees {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    private TestTrees() {}

    /** A tree of two name servers whose default answers live for so many seconds. */
    static String text(int ttlSeconds) {
        return """
                network: {zone: pop.example, administrators: [admin.hq]}
                push: {masters: [dns.test, log.hq]}
                pops:
                  hq:
                    nodes:
                      admin.hq: {service: admin, address: 127.250.0.2}
                      log.hq: {service: log, address: 127.250.0.3}
                  test:
                    nodes:
                      dns.test: {service: dns, address: 127.250.0.1}
                log-servers: {log.hq: {manages: [_network]}}
                rules:
                  default: {ttl: %ds}
                """.formatted(ttlSeconds);
    }

    static FetchedTree fetched(long number, String text) {
        return new FetchedTree(new Generation(number, COMMIT, Generation.sha256(text)), text);
    }

    static FetchedTree fetched(long number, int ttlSeconds) {
        return fetched(number, text(ttlSeconds));
    }
}
