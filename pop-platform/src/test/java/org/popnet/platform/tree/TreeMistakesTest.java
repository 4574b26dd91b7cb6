package org.popnet.platform.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One mistake each in a tree that is right otherwise: the exact words and the line. */
class TreeMistakesTest {
    private static final String VALID = """
            network:
              zone: pop.example
              administrators: [admin.hq]
              ports: {control: 9443}
            push:
              masters: [dns.west, log.hq]
              below: {dns.west: [probe.west]}
            latency-targets: {port: 5380, private-resolvers: [127.0.21.0/24]}
            pops:
              hq:
                nodes:
                  admin.hq: {service: admin, address: 192.0.2.1, ports: {control: 8095}}
                  log.hq: {service: log, address: 192.0.2.1}
              west:
                location: [37.4, -122.1]
                coverage: [198.51.100.0/24, "2001:db8:1::/48"]
                nodes:
                  dns.west: {service: dns, address: 192.0.2.2}
                  edge1.west: {service: edge-cache, address: 192.0.2.3, capacity: 2000/s, cost: 1.5}
                  fetch1.west: {service: origin-fetch, address: "2001:db8::4"}
                  probe.west: {service: probe, address: 192.0.2.5}
            log-servers:
              log.hq: {manages: [ada, bob], deputies: []}
            customers:
              ada:
                servers:
                  one: {address: 203.0.113.1, port: 8080, tls: false, weight: 2, load-url: /load.json}
                domains:
                  www.ada.example: {candidates: [servers], rule: slow, checks: [{http: /health, text: ok}]}
                  img.ada.example: {candidates: [pops], origin: www.ada.example, tags: true}
              bob:
                servers: {one: {address: 203.0.113.2}}
                domains:
                  www.bob.example: {candidates: [west, edge1.west, servers], checks: [{tcp: 8080}]}
            rules:
              default: {ttl: 20s}
              slow: {extends: default, persistence: 10m, weights: {latency: 2}}
            """;

    /** A mistake in ada's check. */
    private static Arguments check(String wrong, String at, String problem) {
        return Arguments.of(
                "{http: /health, text: ok}",
                wrong,
                "customers.ada.domains.www.ada.example.checks" + at + ": " + problem + " (network.yml:29)");
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of(
                        "zone: pop.example",
                        "zoen: pop.example",
                        "network: 'zone' is missing: must stand here (network.yml:1)\nnetwork.zoen: unknown key 'zoen': must be one of zone, administrators, generation-lease, keep-logs, ports, load-measures, passive-round-trips; did you mean 'zone'? (network.yml:2)"),
                Arguments.of(
                        "zone: pop.example",
                        "zone: Pop.Example",
                        "network.zone: 'Pop.Example': must be a host name in lower case without a trailing dot, such as www.customer.example (network.yml:2)"),
                Arguments.of(
                        "zone: pop.example",
                        "zone: [pop.example]",
                        "network.zone: a list: must be a host name in lower case without a trailing dot, such as www.customer.example (network.yml:2)"),
                Arguments.of(
                        "  zone: pop.example\n", "", "network: 'zone' is missing: must stand here (network.yml:1)"),
                Arguments.of(
                        "administrators: [admin.hq]",
                        "administrators: [admn.hq]",
                        "network.administrators: 'admn.hq': no such node; must be a node under 'pops'; did you mean 'admin.hq'? (network.yml:3)"),
                Arguments.of(
                        "administrators: [admin.hq]",
                        "administrators: [log.hq]",
                        "network.administrators: 'log.hq' is of service log: must be a node of admin (network.yml:3)"),
                Arguments.of(
                        "administrators: [admin.hq]",
                        "administrators: admin.hq",
                        "network.administrators: 'admin.hq': must be a list of a node's name, node.pop, each of 1 to 63 of a-z, 0-9 and '-' (network.yml:3)"),
                Arguments.of(
                        "{control: 9443}",
                        "{control: 0}",
                        "network.ports.control: '0': must be a whole number from 1 to 65535 (network.yml:4)"),
                Arguments.of(
                        "{control: 9443}",
                        "{kontrol: 9443}",
                        "network.ports.kontrol: unknown key 'kontrol': must be one of dns, datagram, http, https, fetch, control; did you mean 'control'? (network.yml:4)"),
                Arguments.of(
                        "  ports: {control: 9443}",
                        "  generation-lease: 10",
                        "network.generation-lease: '10': must be a duration from 1s to 5m in ms, s, m, h or d, such as 10s (network.yml:4)"),
                Arguments.of(
                        "  ports: {control: 9443}",
                        "  keep-logs: 10m",
                        "network.keep-logs: '10m': must be a duration from 1h to 3660d in ms, s, m, h or d, such as 10s (network.yml:4)"),
                Arguments.of(
                        "masters: [dns.west, log.hq]",
                        "masters: [dns.west, log.hq, edge1.west]",
                        "push.masters: 'edge1.west' is of service edge-cache: must be a node of dns or log or probe (network.yml:6)"),
                Arguments.of(
                        "masters: [dns.west, log.hq]",
                        "masters: [dns.west]",
                        "push: no push reaches log.hq: must be a master, or below one that is reached (network.yml:5)"),
                Arguments.of(
                        "[probe.west]",
                        "[probe.west, log.hq]",
                        "push.below.dns.west: 'log.hq' is also a master: must stand once in the push hierarchy (network.yml:7)"),
                Arguments.of(
                        "dns.west: [probe.west]",
                        "dns.east: [probe.west]",
                        "push: no push reaches probe.west: must be a master, or below one that is reached (network.yml:5)\npush.below.dns.east: 'dns.east': no such node; must be a node under 'pops'; did you mean 'dns.west'? (network.yml:7)"),
                Arguments.of(
                        "{port: 5380,",
                        "{port: 70000,",
                        "latency-targets.port: '70000': must be a whole number from 1 to 65535 (network.yml:8)"),
                Arguments.of(
                        "[127.0.21.0/24]",
                        "[127.0.21.1/24]",
                        "latency-targets.private-resolvers: '127.0.21.1/24': must be a prefix, such as 198.51.100.0/24 or 2001:db8::/48, with no bits set beyond its length (network.yml:8)"),
                Arguments.of(
                        "admin.hq: {service: admin",
                        "admin.west: {service: admin",
                        "network.administrators: 'admin.hq': no such node; must be a node under 'pops' (network.yml:3)\npops.hq.nodes.admin.west: node name 'admin.west': must end with its POP, .hq (network.yml:12)"),
                Arguments.of(
                        "log.hq: {service: log, address: 192.0.2.1}",
                        "log.hq: {service: log, address: 192.0.2.1, ports: {control: 8095}}",
                        "pops.hq.nodes.log.hq: port 'control' (192.0.2.1 tcp 8095) is also port 'control' of node admin.hq: must be an address or port of its own (network.yml:13)"),
                Arguments.of(
                        "dns.west: {service: dns, address: 192.0.2.2}",
                        "dns.west: {service: dns, address: 192.0.2.2, address6: 192.0.2.9}",
                        "pops.west.nodes.dns.west.address6: '192.0.2.9' beside address 192.0.2.2: must be an IPv6 address beside an IPv4 one (network.yml:18)"),
                Arguments.of(
                        "address: 192.0.2.3, capacity",
                        "address: 192.0.2.3, address6: \"2001:db8::zz\", capacity",
                        "pops.west.nodes.edge1.west.address6: '2001:db8::zz': must be an IPv4 or IPv6 unicast address, such as 192.0.2.1 or 2001:db8::1 (network.yml:19)"),
                Arguments.of(
                        "log.hq: {service: log, address: 192.0.2.1}",
                        "log.hq: {service: log, address: 192.0.2.1, address6: \"2001:db8::5\"}",
                        "pops.hq.nodes.log.hq.address6: a second address of a node of service log: must be left out; only name servers (dns), edges (edge-cache) and probes (probe) use two (network.yml:13)"),
                Arguments.of(
                        "one: {address: 203.0.113.1, port: 8080,",
                        "one: {address: 203.0.113.1, address6: 203.0.113.9, port: 8080,",
                        "customers.ada.servers.one.address6: '203.0.113.9' beside address 203.0.113.1: must be an IPv6 address beside an IPv4 one (network.yml:27)"),
                Arguments.of(
                        "servers: {one: {address: 203.0.113.2}}",
                        "servers: {one: {address: \"2001:db8:2::1\", address6: \"2001:db8:2::2\"}}",
                        "customers.bob.servers.one.address6: '2001:db8:2::2' beside address 2001:db8:2:0:0:0:0:1: must be an IPv6 address beside an IPv4 one (network.yml:32)"),
                Arguments.of(
                        "edge1.west: {service: edge-cache, address: 192.0.2.3, capacity: 2000/s, cost: 1.5}",
                        "edge1.west: {service: edge-cache, address: 192.0.2.3, address6: \"2001:db8::3\"}\n      edge2.west: {service: edge-cache, address: 192.0.2.4, address6: \"2001:db8::3\"}",
                        "pops.west.nodes.edge2.west: port 'http' (2001:db8:0:0:0:0:0:3 tcp 80) is also port 'http' of node edge1.west: must be an address or port of its own (network.yml:20)\npops.west.nodes.edge2.west: port 'https' (2001:db8:0:0:0:0:0:3 tcp 443) is also port 'https' of node edge1.west: must be an address or port of its own (network.yml:20)"),
                Arguments.of(
                        "dns.west: {service: dns, address: 192.0.2.2}",
                        "dns.west: {service: dns, address: 192.0.2.2, address6: \"2001:db8::7\"}\n      dns2.west: {service: dns, address: 192.0.2.7, address6: \"2001:db8:0::7\"}",
                        "push: no push reaches dns2.west: must be a master, or below one that is reached (network.yml:5)\npops.west.nodes.dns2.west: port 'dns' (2001:db8:0:0:0:0:0:7 udp 53) is also port 'dns' of node dns.west: must be an address or port of its own (network.yml:19)\npops.west.nodes.dns2.west: port 'dns' (2001:db8:0:0:0:0:0:7 tcp 53) is also port 'dns' of node dns.west: must be an address or port of its own (network.yml:19)"),
                Arguments.of(
                        "location: [37.4, -122.1]",
                        "location: [97.4, -122.1]",
                        "pops.west.location: '97.4': must be a latitude from -90 to 90 (network.yml:15)"),
                Arguments.of(
                        "location: [37.4, -122.1]",
                        "location: [37.4]",
                        "pops.west.location: a list of 1: must be [latitude, longitude] (network.yml:15)"),
                Arguments.of(
                        "\"2001:db8:1::/48\"",
                        "198.51.100.0/24",
                        "pops.west.coverage: '198.51.100.0/24' is also covered by POP west: must belong to one POP, and be named once (network.yml:16)"),
                Arguments.of(
                        "\"2001:db8:1::/48\"",
                        "198.51.100.0/33",
                        "pops.west.coverage: '198.51.100.0/33': must be a prefix, such as 198.51.100.0/24 or 2001:db8::/48, with no bits set beyond its length (network.yml:16)"),
                Arguments.of(
                        "service: edge-cache",
                        "service: edge",
                        "pops.west.nodes.edge1.west.service: 'edge': must be one of dns, probe, edge-cache, origin-fetch, log, netview, admin (network.yml:19)"),
                Arguments.of(
                        "service: edge-cache, ",
                        "",
                        "pops.west.nodes.edge1.west: 'service' is missing: must stand here (network.yml:19)"),
                Arguments.of(
                        "192.0.2.3",
                        "192.0.2.300",
                        "pops.west.nodes.edge1.west.address: '192.0.2.300': must be an IPv4 or IPv6 unicast address, such as 192.0.2.1 or 2001:db8::1 (network.yml:19)"),
                Arguments.of(
                        "192.0.2.3",
                        "0.0.0.0",
                        "pops.west.nodes.edge1.west.address: '0.0.0.0': must be an IPv4 or IPv6 unicast address, such as 192.0.2.1 or 2001:db8::1 (network.yml:19)"),
                Arguments.of(
                        "192.0.2.3",
                        "224.0.0.1",
                        "pops.west.nodes.edge1.west.address: '224.0.0.1': must be an IPv4 or IPv6 unicast address, such as 192.0.2.1 or 2001:db8::1 (network.yml:19)"),
                Arguments.of(
                        "192.0.2.3",
                        "'::ffff:192.0.2.3'",
                        "pops.west.nodes.edge1.west.address: '::ffff:192.0.2.3': must be an IPv4 or IPv6 unicast address, such as 192.0.2.1 or 2001:db8::1 (network.yml:19)"),
                Arguments.of(
                        "192.0.2.3",
                        "0x7f000001",
                        "pops.west.nodes.edge1.west.address: '0x7f000001': must be an IPv4 or IPv6 unicast address, such as 192.0.2.1 or 2001:db8::1 (network.yml:19)"),
                Arguments.of(
                        "192.0.2.3",
                        "localhost",
                        "pops.west.nodes.edge1.west.address: 'localhost': must be an IPv4 or IPv6 unicast address, such as 192.0.2.1 or 2001:db8::1 (network.yml:19)"),
                Arguments.of(
                        "192.0.2.3",
                        "192.0.2",
                        "pops.west.nodes.edge1.west.address: '192.0.2': must be an IPv4 or IPv6 unicast address, such as 192.0.2.1 or 2001:db8::1 (network.yml:19)"),
                Arguments.of(
                        "2000/s",
                        "2000",
                        "pops.west.nodes.edge1.west.capacity: '2000': must be requests per second greater than 0, such as 2000/s (network.yml:19)"),
                Arguments.of(
                        "2000/s",
                        "0/s",
                        "pops.west.nodes.edge1.west.capacity: '0/s': must be requests per second greater than 0, such as 2000/s (network.yml:19)"),
                Arguments.of(
                        "cost: 1.5",
                        "cost: -1",
                        "pops.west.nodes.edge1.west.cost: '-1': must be a number from 0 to 1000000 (network.yml:19)"),
                Arguments.of(
                        "cost: 1.5",
                        "key: x25519:AAAA",
                        "pops.west.nodes.edge1.west.key: 'x25519:AAAA': must be x25519:<32 bytes in base64> (network.yml:19)"),
                Arguments.of(
                        "edge1.west: {service",
                        "Edge1.west: {service",
                        "pops.west.nodes.Edge1.west: 'Edge1.west': must be a node's name, node.pop, each of 1 to 63 of a-z, 0-9 and '-' (network.yml:19)\ncustomers.ada.domains.img.ada.example.candidates: 'pops', and no POP has a node of service edge-cache: must have one to host content (network.yml:30)\ncustomers.bob.domains.www.bob.example.candidates: POP 'west' has no node of service edge-cache: must have one to host content (network.yml:34)\ncustomers.bob.domains.www.bob.example.candidates: 'edge1.west': no such node; must be a node under 'pops' (network.yml:34)"),
                Arguments.of(
                        "  west:\n    location",
                        "  pops:\n    location",
                        "pops.pops: a POP named 'pops': must have another name; this word means something else (network.yml:14)\npops.pops.nodes.dns.west: node name 'dns.west': must end with its POP, .pops (network.yml:18)\npops.pops.nodes.edge1.west: node name 'edge1.west': must end with its POP, .pops (network.yml:19)\npops.pops.nodes.fetch1.west: node name 'fetch1.west': must end with its POP, .pops (network.yml:20)\npops.pops.nodes.probe.west: node name 'probe.west': must end with its POP, .pops (network.yml:21)"),
                Arguments.of(
                        "[ada, bob]",
                        "[ada]",
                        "customers.bob: customer 'bob' is managed by no log server: must stand under 'manages' of one in 'log-servers' (network.yml:31)"),
                Arguments.of(
                        "[ada, bob]",
                        "[ada, bob, carl]",
                        "log-servers.log.hq.manages: 'carl': no such customer; must be one under 'customers', or _network (network.yml:23)"),
                Arguments.of(
                        "[ada, bob]",
                        "[ada, bob, ada]",
                        "log-servers.log.hq.manages: 'ada' twice: must be named once (network.yml:23)"),
                Arguments.of(
                        "deputies: []",
                        "deputies: [log.hq]",
                        "log-servers.log.hq.deputies: 'log.hq' is its own deputy: must be another log server (network.yml:23)"),
                Arguments.of(
                        "log.hq: {manages",
                        "lgo.hq: {manages",
                        "log-servers.lgo.hq: 'lgo.hq': no such node; must be a node under 'pops'; did you mean 'log.hq'? (network.yml:23)"),
                Arguments.of(
                        "203.0.113.1, port: 8080",
                        "192.0.2.3, port: 80",
                        "customers.ada.servers.one: address 192.0.2.3 port 80 is port 'http' of node edge1.west: must be a server of the customer's own (network.yml:27)"),
                Arguments.of(
                        "tls: false",
                        "tls: no",
                        "customers.ada.servers.one.tls: 'no': must be one of true, false (network.yml:27)"),
                Arguments.of(
                        "tls: false",
                        "tls: false, verify: false",
                        "customers.ada.servers.one.verify: 'verify' of a server without TLS: must stand beside 'tls: true' (network.yml:27)"),
                Arguments.of(
                        "weight: 2",
                        "weight: 0",
                        "customers.ada.servers.one.weight: '0': must be a number greater than 0, 1000000 at most (network.yml:27)"),
                Arguments.of(
                        "load-url: /load.json",
                        "load-url: http://x/load.json",
                        "customers.ada.servers.one.load-url: 'http://x/load.json': must be an absolute path, such as /health, of 2048 printable ASCII characters at most, without spaces or '#' (network.yml:27)"),
                Arguments.of(
                        "port: 8080",
                        "port: 80a",
                        "customers.ada.servers.one.port: '80a': must be a whole number from 1 to 65535 (network.yml:27)"),
                Arguments.of(
                        "rule: slow",
                        "rule: slwo",
                        "customers.ada.domains.www.ada.example.rule: 'slwo': no such rule; must be one under 'rules'; did you mean 'slow'? (network.yml:29)"),
                Arguments.of(
                        "http: /health",
                        "http: health",
                        "customers.ada.domains.www.ada.example.checks.http: 'health': must be an absolute path, such as /health, of 2048 printable ASCII characters at most, without spaces or '#' (network.yml:29)"),
                Arguments.of(
                        "{http: /health, text: ok}",
                        "{text: ok}",
                        "customers.ada.domains.www.ada.example.checks: a check without a target: must have one of http, https, ftp, hls, media, tcp (network.yml:29)"),
                Arguments.of(
                        "{tcp: 8080}",
                        "{tcp: 8080, text: ok}",
                        "customers.bob.domains.www.bob.example.checks.text: 'text' in a check by tcp: must be one of interval, timeout (network.yml:34)"),
                check(
                        "{http: /health, ftp: /a}",
                        "",
                        "a check with both 'http' and 'ftp': must have one of http, https, ftp, hls, media, tcp"),
                check(
                        "{http: /health, regex: 'a(b'}",
                        ".regex",
                        "'a(b': must be a regular expression of java.util.regex of 1 to 512 characters"),
                check(
                        "{http: /health, sha256: abc123}",
                        ".sha256",
                        "'abc123': must be a SHA-256, 64 digits in hexadecimal and lower case"),
                check(
                        "{http: /health, interval: 100ms}",
                        ".interval",
                        "'100ms': must be a duration from 250ms to 1h in ms, s, m, h or d, such as 10s"),
                check(
                        "{http: /health, timeout: 2m}",
                        ".timeout",
                        "'2m': must be a duration from 50ms to 1m in ms, s, m, h or d, such as 10s"),
                check("{http: /health, redirects: 9}", ".redirects", "'9': must be a whole number from 0 to 5"),
                check("{http: /health, method: POST}", ".method", "'POST': must be one of GET, HEAD, OPTIONS"),
                check(
                        "{http: /health, method: HEAD, text: ok}",
                        ".text",
                        "'text' with 'method: HEAD', whose answer has no body"),
                check(
                        "{https: /health, ca: nonsense}",
                        ".ca",
                        "'nonsense': must be 1 to 8 certificates in PEM, after '|'"),
                check(
                        "{ftp: /, size: 12}",
                        ".size",
                        "'size' with 'ftp: /', which logs in only: must have a file's path"),
                check(
                        "{hls: /live.m3u8, min-mbit: fast}",
                        ".min-mbit",
                        "'fast': must be Mbit/s, a number from 0 to 10000"),
                check(
                        "{media: /film.mp4, sha256: abc}",
                        ".sha256",
                        "'sha256' in a check by media: must be one of min-mbit, max-bytes, host, port, sni, ca, redirects, interval, timeout"),
                Arguments.of(
                        "{http: /health, text: ok}",
                        "{http: /health, status: 99}",
                        "customers.ada.domains.www.ada.example.checks.status: '99': must be a whole number from 100 to 599 (network.yml:29)"),
                Arguments.of(
                        "candidates: [servers]",
                        "candidates: []",
                        "customers.ada.domains.www.ada.example.candidates: an empty list: must hold 'pops', 'servers', names of POPs or names of nodes (network.yml:29)"),
                Arguments.of(
                        "candidates: [servers]",
                        "candidates: [sevrers]",
                        "customers.ada.domains.www.ada.example.candidates: 'sevrers': no such POP; must be 'pops', 'servers', names of POPs or names of nodes; did you mean 'servers'? (network.yml:29)"),
                Arguments.of(
                        "candidates: [servers], ",
                        "",
                        "customers.ada.domains.www.ada.example: 'candidates' is missing: must stand here (network.yml:29)"),
                Arguments.of(
                        "edge1.west, servers",
                        "edge9.west, servers",
                        "customers.bob.domains.www.bob.example.candidates: 'edge9.west': no such node; must be a node under 'pops'; did you mean 'edge1.west'? (network.yml:34)"),
                Arguments.of(
                        "edge1.west, servers",
                        "fetch1.west, servers",
                        "customers.bob.domains.www.bob.example.candidates: 'fetch1.west' is of service origin-fetch: must be a node of edge-cache (network.yml:34)"),
                Arguments.of(
                        "[west, edge1.west",
                        "[hq, edge1.west",
                        "customers.bob.domains.www.bob.example.candidates: POP 'hq' has no node of service edge-cache: must have one to host content (network.yml:34)"),
                Arguments.of(
                        "origin: www.ada.example",
                        "origin: ww.ada.example",
                        "customers.ada.domains.img.ada.example.origin: 'ww.ada.example': no such domain; must be a domain of the same customer; did you mean 'www.ada.example'? (network.yml:30)"),
                Arguments.of(
                        "img.ada.example: {",
                        "www.bob.example: {",
                        "customers.bob.domains.www.bob.example: domain 'www.bob.example' is claimed by ada in line 30: must belong to one customer (network.yml:34)"),
                Arguments.of(
                        "img.ada.example: {",
                        "www.ada.example: {",
                        "customers.ada.domains.www.ada.example: key 'www.ada.example' twice: must stand once; the first is in line 29 (network.yml:30)"),
                Arguments.of(
                        "img.ada.example: {",
                        "img.pop.example: {",
                        "customers.ada.domains.img.pop.example: domain 'img.pop.example' lies in the network's own zone pop.example: must be outside it (network.yml:30)"),
                Arguments.of(
                        "img.ada.example: {",
                        "img_ada.example: {",
                        "customers.ada.domains.img_ada.example: 'img_ada.example': must be a host name in lower case without a trailing dot, such as www.customer.example (network.yml:30)"),
                Arguments.of(
                        "tags: true",
                        "tags: maybe",
                        "customers.ada.domains.img.ada.example.tags: 'maybe': must be one of true, false (network.yml:30)"),
                Arguments.of(
                        "servers: {one: {address: 203.0.113.2}}",
                        "servers: {}",
                        "customers.bob.domains.www.bob.example: domain 'www.bob.example' of customer bob, which has no servers: must have at least one under 'servers' to take content from (network.yml:34)"),
                Arguments.of(
                        "default: {ttl: 20s}",
                        "default: {ttl: 0s}",
                        "rules.default.ttl: '0s': must be whole seconds from 1s to 1d, such as 20s (network.yml:36)"),
                Arguments.of(
                        "default: {ttl: 20s}",
                        "default: {answers: 9}",
                        "rules.default.answers: '9': must be a whole number from 1 to 8 (network.yml:36)"),
                Arguments.of(
                        "default: {ttl: 20s}",
                        "default: {quorum: 1.5}",
                        "rules.default.quorum: '1.5': must be a number from 0 to 1 (network.yml:36)"),
                Arguments.of(
                        "default: {ttl: 20s}",
                        "default: {when-all-down: nothing}",
                        "rules.default.when-all-down: 'nothing': must be one of all, last-good, none, servfail, {cname: name} (network.yml:36)"),
                Arguments.of(
                        "default: {ttl: 20s}",
                        "default: {when-all-down: {cname: sorry}}",
                        "rules.default.when-all-down.cname: 'sorry': must be a host name in lower case without a trailing dot, such as www.customer.example (network.yml:36)"),
                Arguments.of(
                        "default: {ttl: 20s}",
                        "default: {overflow: [nowhere]}",
                        "rules.default.overflow: 'nowhere': no such POP; must be 'pops', 'servers', names of POPs or names of nodes (network.yml:36)"),
                Arguments.of(
                        "default: {ttl: 20s}",
                        "default: {overflow: [west]}",
                        "customers.ada.domains.www.ada.example: domain 'www.ada.example' is not hosted, and its rule slow overflows to edges: must overflow to servers or a cname, or have POPs among its candidates (network.yml:29)"),
                Arguments.of(
                        "candidates: [west, edge1.west, servers]",
                        "candidates: [{west: 0}, {edge1.west: 2}, servers]",
                        "customers.bob.domains.www.bob.example.candidates.west: '0': must be a number greater than 0, 1000000 at most (network.yml:34)"),
                Arguments.of(
                        "network:\n",
                        "network:\n  load-measures: [disk]\n",
                        "network.load-measures: 'disk': must be one of requests, cpu, memory, connections, bandwidth (network.yml:2)"),
                Arguments.of(
                        "default: {ttl: 20s}",
                        "default: {extends: slow}",
                        "rules.default.extends: 'slow': the rule 'default' must extend none; the others extend it (network.yml:36)"),
                Arguments.of(
                        "extends: default",
                        "extends: defualt",
                        "rules.slow.extends: 'defualt': no such rule; must be one under 'rules'; did you mean 'default'? (network.yml:37)"),
                Arguments.of(
                        "extends: default",
                        "extends: slow",
                        "rules.slow.extends: 'slow' extends this rule in turn: rules must not go in a circle (network.yml:37)"),
                Arguments.of(
                        "{latency: 2}",
                        "{latency: -2}",
                        "rules.slow.weights.latency: '-2': must be a number from 0 to 1000000 (network.yml:37)"),
                Arguments.of(
                        "{latency: 2}",
                        "{latency: .nan}",
                        "rules.slow.weights.latency: '.nan': must be a number from 0 to 1000000 (network.yml:37)"),
                Arguments.of(
                        "persistence: 10m",
                        "persistence: ten",
                        "rules.slow.persistence: 'ten': must be a duration from 0s to 30d in ms, s, m, h or d, such as 10s (network.yml:37)"),
                Arguments.of(
                        "rules:\n",
                        "rulse:\n",
                        "customers.ada.domains.www.ada.example.rule: 'slow': no such rule; must be one under 'rules' (network.yml:29)\nrulse: unknown key 'rulse': must be one of network, push, latency-targets, pops, log-servers, customers, rules; did you mean 'rules'? (network.yml:35)"),
                Arguments.of(
                        "rules:\n",
                        "pops: {}\nrules:\n",
                        "pops: key 'pops' twice: must stand once; the first is in line 9 (network.yml:35)"),
                Arguments.of(
                        "network:\n",
                        "- a\nnetwork:\n",
                        "not YAML: while parsing a block collection, expected <block end>, but found '?' (network.yml:2)"),
                Arguments.of(
                        "{latency: 2}",
                        "&a {latency: 2}",
                        "anchor '&a': must be left out; write the value where it belongs, rules can extend each other (network.yml:37)"),
                Arguments.of(
                        "{latency: 2}",
                        "!!java.net.URL {latency: 2}",
                        "not YAML: Global tag is not allowed: tag:yaml.org,2002:java.net.URL (network.yml:37)"),
                Arguments.of(
                        "{latency: 2}",
                        "[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]",
                        "not YAML: Nesting Depth exceeded max 20 (network.yml:1)"),
                Arguments.of(
                        "{latency: 2}",
                        "{latency: 2",
                        "not YAML: while parsing a flow mapping, expected ',' or '}', but got <stream end> (network.yml:38)"),
                Arguments.of(
                        "log.hq: {manages: [ada, bob], deputies: []}",
                        "log.hq: {manages: [ada, bob]}\n  probe.west: {manages: [bob]}",
                        "log-servers.probe.west: 'probe.west' is of service probe: must be a node of log (network.yml:24)\nlog-servers.probe.west.manages: customer 'bob' is also managed by log.hq: must have one log server; name others as its deputies (network.yml:24)"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void isNamedWithItsLine(String right, String wrong, String expected) {
        assertThat(VALID).contains(right);
        assertThat(problemsOf(VALID.replaceFirst(Pattern.quote(right), Matcher.quoteReplacement(wrong))))
                .isEqualTo(expected);
    }

    @Test
    void theTreeIsRightOtherwise() {
        assertThat(TreeParser.parse("network.yml", VALID).domains()).hasSize(3);
    }

    @Test
    void everyMistakeIsListedInTheOrderOfLines() {
        String wrong = VALID.replace("zone: pop.example", "zone: POP")
                .replace("ttl: 20s", "ttl: 20")
                .replace("weight: 2", "weight: 0")
                .replace("service: probe", "service: prob");
        assertThat(problemsOf(wrong).lines().map(l -> l.replaceAll(".*:(\\d+)\\)$", "$1")))
                .containsExactly("2", "21", "27", "36");
    }

    private static String problemsOf(String text) {
        InvalidTreeException e =
                catchThrowableOfType(InvalidTreeException.class, () -> TreeParser.parse("network.yml", text));
        return e == null ? "" : e.getMessage();
    }
}
