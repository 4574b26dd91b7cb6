package org.popnet.local;

/** A small tree for tests that do not need the demo's. */
public final class TestTree {
    private TestTree() {}

    public static final String TEXT = """
            # a comment that stays
            network: {zone: pop.example, administrators: [admin.hq], ports: {dns: 5300, datagram: 5301, http: 8080, https: 8443, fetch: 8081, control: 9443}}
            push: {masters: [dns.westusa, log.hq]}
            latency-targets: {port: 5380, private-resolvers: [127.0.21.0/24]}
            pops:
              hq:
                nodes:
                  admin.hq: {service: admin, address: 127.0.0.1, ports: {control: 8095}}
                  log.hq: {service: log, address: 127.0.0.1, ports: {control: 8096, datagram: 5140}}
              westusa:
                location: [37.4, -122.1]
                nodes:
                  dns.westusa: {service: dns, address: 127.0.1.1}   # the first
                  edge1.westusa:
                    service: edge-cache   # block style, ü and 😀 in a comment
                    address: 127.0.1.2
            log-servers: {log.hq: {manages: [customer1]}}
            customers:
              customer1:
                servers:
                  west: {address: 127.0.11.1, port: 8080}
                domains:
                  www.customer1.example: {candidates: [servers]}
                  static.customer1.example: {candidates: [pops], origin: www.customer1.example}
            rules:
              default: {ttl: 20s}
            """;
}
