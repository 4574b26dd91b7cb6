package org.popnet.dns;

import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.NodeName;

/** A small network: three POPs, two customers; clients of tests come from addresses that are no nodes. */
public final class TestTrees {
    public static final NodeName SELF = NodeName.of("dns.westusa");

    public static final String NETWORK = """
            network:
              zone: pop.example
              administrators: [admin.hq]
              ports: {dns: 5300, datagram: 5301, http: 8080, https: 8443, fetch: 8081, control: 9443}
            push:
              masters: [dns.westusa, dns.eastusa, log.hq]
              below: {dns.westusa: [probe.westusa], dns.eastusa: [probe.eastusa, probe.europe]}
            pops:
              hq:
                nodes:
                  admin.hq: {service: admin, address: 10.9.0.1, ports: {control: 8095}}
                  log.hq: {service: log, address: 10.9.0.2, ports: {datagram: 5140, control: 8096}}
              westusa:
                location: [37.4, -122.1]
                coverage: [198.51.100.0/25, "2001:db8:1::/48"]
                nodes:
                  dns.westusa: {service: dns, address: 10.0.1.1}
                  edge1.westusa: {service: edge-cache, address: 10.0.1.2, capacity: 2000/s, cost: 1.0}
                  edge2.westusa: {service: edge-cache, address: 10.0.1.5, capacity: 2000/s, cost: 1.0}
                  fetch1.westusa: {service: origin-fetch, address: 10.0.1.3}
                  fetch2.westusa: {service: origin-fetch, address: 10.0.1.6}
                  probe.westusa: {service: probe, address: 10.0.1.4}
              eastusa:
                location: [40.7, -74.0]
                coverage: [198.51.100.128/25]
                nodes:
                  dns.eastusa: {service: dns, address: 10.0.2.1}
                  edge1.eastusa: {service: edge-cache, address: 10.0.2.2, capacity: 2000/s, cost: 1.0}
                  fetch1.eastusa: {service: origin-fetch, address: 10.0.2.3}
                  probe.eastusa: {service: probe, address: 10.0.2.4}
              europe:
                location: [48.9, 2.4]
                coverage: [203.0.113.0/24]
                nodes:
                  edge1.europe: {service: edge-cache, address: 10.0.3.2, capacity: 2000/s, cost: 1.0}
                  fetch1.europe: {service: origin-fetch, address: 10.0.3.3}
                  probe.europe: {service: probe, address: 10.0.3.4}
            log-servers:
              log.hq: {manages: [customer1, customer2, _network], deputies: []}
            customers:
              customer1:
                servers:
                  west: {address: 10.1.1.1, port: 8080, capacity: 500/s, weight: 1}
                  east: {address: 10.1.1.2, port: 8080, capacity: 500/s, weight: 1}
                domains:
                  www.customer1.example:
                    candidates: [servers]
                    rule: dynamic
                    checks: [{http: /health, text: ok}]
                  static.customer1.example:
                    candidates: [pops]
                    origin: www.customer1.example
              customer2:
                servers:
                  west: {address: 10.1.2.1, port: 8080, capacity: 500/s}
                domains:
                  www.customer2.example: {candidates: [pops]}
                  single.customer2.example: {candidates: [edge1.europe]}
                  two.customer2.example: {candidates: [pops], rule: two}
            rules:
              default: {ttl: 20s, rise: 3, fall: 2, quorum: 0.5}
              dynamic: {extends: default, persistence: 10m}
              two: {extends: default, answers: 2}
            """;

    private TestTrees() {}

    public static ActiveTree active() {
        return active(1, NETWORK);
    }

    public static ActiveTree active(long number, String text) {
        return ActiveTree.of(new Generation(number, "0".repeat(40), Generation.sha256(text)), text);
    }
}
