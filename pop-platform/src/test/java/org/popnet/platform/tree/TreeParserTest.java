package org.popnet.platform.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.popnet.platform.tree.SteeringRule.WhenAllDown;

class TreeParserTest {
    private static final String SMALLEST = "network: {zone: pop.example}\n";

    @Test
    void smallestTreeNamesOnlyItsZone() {
        NetworkTree tree = TreeParser.parse("t", SMALLEST);

        assertThat(tree.zone()).isEqualTo("pop.example");
        assertThat(tree.generationLease()).isEqualTo(Duration.ofSeconds(10));
        assertThat(tree.latencyTargets().port()).isEqualTo(53);
        assertThat(tree.rules()).containsOnlyKeys("default").containsValue(SteeringRule.DEFAULT);
        assertThat(tree.nodes()).isEmpty();
    }

    @Test
    void logsAreKeptForNinetyDaysUnlessTheNetworkOrTheCustomerSaysOtherwise() {
        assertThat(TreeParser.parse("t", SMALLEST).keepLogs(Customer.NETWORK)).isEqualTo(Duration.ofDays(90));
        NetworkTree tree = TreeParser.parse("t", """
                network: {zone: pop.example, keep-logs: 30d}
                pops: {no: {nodes: {log.no: {service: log, address: 192.0.2.2}}}}
                log-servers: {log.no: {manages: [brief, usual]}}
                customers: {brief: {keep-logs: 2d}, usual: {}}
                """);
        assertThat(tree.keepLogs("brief")).isEqualTo(Duration.ofDays(2));
        assertThat(tree.keepLogs("usual")).isEqualTo(Duration.ofDays(30));
        assertThat(tree.keepLogs(Customer.NETWORK)).isEqualTo(Duration.ofDays(30));
    }

    @Test
    void nodesTakeTheNetworksPortsAndChangeSome() {
        NetworkTree tree = TreeParser.parse("t", """
                network: {zone: pop.example, ports: {dns: 5300, control: 9000}}
                pops:
                  no:                       # Norway, not false
                    nodes:
                      dns.no: {service: dns, address: 192.0.2.1, ports: {control: 9001}, key: "x25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}
                      log.no: {service: log, address: 192.0.2.2}
                """);
        Node dns = tree.node(NodeName.of("dns.no")).orElseThrow();
        assertThat(dns.ports()).isEqualTo(new Ports(5300, 5301, 80, 443, 8081, 9001));
        assertThat(dns.keys()).hasSize(1);
        assertThat(tree.push().masters()).as("without a hierarchy").hasSize(2);
    }

    @Test
    void rulesExtendEachOtherWhateverTheirOrder() {
        NetworkTree tree = TreeParser.parse("t", SMALLEST + """
                rules:
                  c: {extends: b, ttl: 5s}
                  b: {extends: a, weights: {load: 7}, when-all-down: last-good}
                  a: {answers: 3, tolerance: 0ms}
                  default: {ttl: 1m, weights: {cost: 9}}
                """);
        SteeringRule c = tree.rules().get("c");
        assertThat(c.ttl()).isEqualTo(Duration.ofSeconds(5));
        assertThat(c.answers()).isEqualTo(3);
        assertThat(c.weights()).isEqualTo(new SteeringRule.Weights(1, 0.5, 20, 7, 9));
        assertThat(c.whenAllDown()).isEqualTo(WhenAllDown.LAST_GOOD);
        assertThat(tree.rules().get("a").ttl()).as("extends default unsaid").isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void ruleSaysWhereClientsGoWhenAllAreDownOrOverloaded() {
        NetworkTree tree = TreeParser.parse("t", SMALLEST + """
                pops:
                  west:
                    nodes:
                      dns.west: {service: dns, address: 192.0.2.3}
                      edge1.west: {service: edge-cache, address: 192.0.2.1}
                      edge2.west: {service: edge-cache, address: 192.0.2.2}
                rules:
                  elsewhere: {when-all-down: {cname: sorry.other.example}, overflow: {cname: big.other.example}}
                  back: {extends: elsewhere, when-all-down: servfail, overflow: none}
                  spare: {overflow: [{edge2.west: 0.5}, servers]}
                """);
        SteeringRule elsewhere = tree.rules().get("elsewhere");
        assertThat(elsewhere.whenAllDown()).isEqualTo(WhenAllDown.CNAME);
        assertThat(elsewhere.downHost()).contains("sorry.other.example");
        assertThat(elsewhere.overflow().orElseThrow().host()).contains("big.other.example");
        SteeringRule back = tree.rules().get("back");
        assertThat(back.whenAllDown()).isEqualTo(WhenAllDown.SERVFAIL);
        assertThat(back.downHost()).isEmpty();
        assertThat(back.overflow()).isEmpty();
        Candidates spare =
                tree.rules().get("spare").overflow().orElseThrow().candidates().orElseThrow();
        assertThat(spare.nodes()).containsExactly(NodeName.of("edge2.west"));
        assertThat(spare.servers()).isTrue();
        assertThat(spare.weight("edge2.west")).isEqualTo(0.5);
        assertThat(spare.weight("servers")).isEqualTo(1);
    }

    @Test
    void whatNoCustomerOwnsGoesToTheFirstLogServerUnlessOneNamesIt() {
        String pops = SMALLEST + """
                pops:
                  hq:
                    nodes:
                      a.hq: {service: log, address: 192.0.2.1}
                      b.hq: {service: log, address: 192.0.2.2}
                """;
        assertThat(TreeParser.parse("t", pops + "log-servers: {a.hq: {}, b.hq: {}}")
                        .logServerOf(Customer.NETWORK)
                        .orElseThrow()
                        .node())
                .hasToString("a.hq");
        assertThat(TreeParser.parse("t", pops + "log-servers: {a.hq: {}, b.hq: {manages: [_network]}}")
                        .logServerOf(Customer.NETWORK)
                        .orElseThrow()
                        .node())
                .hasToString("b.hq");
    }

    @Test
    void emptyTooLongOrSelfContainingDocumentsAreRefused() {
        assertThatThrownBy(() -> TreeParser.parse("t", "")).hasMessageContaining("an empty document");
        assertThatThrownBy(() -> TreeParser.parse("t", "# only a comment")).hasMessageContaining("an empty document");
        assertThatThrownBy(() -> TreeParser.parse("t", "just text"))
                .hasMessage("'just text': must be a mapping (key: value) (t:1)");
        assertThatThrownBy(() -> TreeParser.parse("t", "#" + "x".repeat(YamlDocument.BYTES_MAX)))
                .hasMessage("a document of 16777217 bytes: must be 16777216 at most (t:1)");
        assertThatThrownBy(() -> TreeParser.parse("t", "network: &n {zone: *n}"))
                .hasMessageContaining("anchor '&n'");
        assertThatThrownBy(() -> TreeParser.parse("t", "network: {}\n---\nnetwork: {}"))
                .isInstanceOf(InvalidTreeException.class);
        assertThatThrownBy(() -> TreeParser.parse("t", SMALLEST + "\nx: \u0007"))
                .hasMessage("not YAML: the character U+0007: must be printable (t:3)");
    }

    @Test
    void floodOfMistakesIsCutShort() {
        StringBuilder text = new StringBuilder(SMALLEST);
        for (int i = 0; i < 2000; i++) {
            text.append("x").append(i).append(": 1\n");
        }
        assertThatThrownBy(() -> TreeParser.parse("t", text.toString()))
                .isInstanceOfSatisfying(InvalidTreeException.class, e -> {
                    assertThat(e.problems()).hasSize(Problems.MAX + 1);
                    assertThat(e.problems().getLast().message()).startsWith("1500 more problems");
                });
    }

    @Test
    void tenThousandDomainsTakeLessThanASecondOfCpu() {
        String text = large(10_000);
        TreeParser.parse("t", large(200)); // classes are loaded
        long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        NetworkTree tree = TreeParser.parse("t", text);
        long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;

        assertThat(tree.domains()).hasSize(10_000);
        assertThat(Duration.ofNanos(cpu)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void moreDomainsThanAllowedAreRefused() {
        assertThatThrownBy(() -> TreeParser.parse("t", large(100_001)))
                .hasMessageContaining("100001 domains: must be 100000 at most");
    }

    @Test
    void mutatedTreesAreAcceptedOrRefusedButNothingElse() throws IOException {
        String valid = Files.readString(DemoNetworkTest.FILE);
        String[] pieces = {
            ":",
            "-",
            "{",
            "}",
            "[",
            "]",
            "\n",
            "  ",
            "'",
            "\"",
            "&a ",
            "*a",
            "!!x ",
            "? ",
            "|\n",
            "#",
            "%",
            "\0",
            "\t",
            "0",
            "-1",
            "999999999999999999999",
            "1e309",
            "null",
            "~",
            "true",
            "<<",
            "x25519:",
            "::",
            "/",
            "../",
            "\uD800",
            "\uFEFF",
            "é",
            "_network",
            "pops",
            "servers",
            "default",
            "127.0.0.1",
            "---\n",
            "...\n",
            ",",
            "@",
            "`"
        };
        Random random = new Random(20261123);
        int accepted = 0;
        for (int round = 0; round < 3000; round++) {
            StringBuilder text = new StringBuilder(valid);
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(5)) {
                    case 0 -> text.insert(at, pieces[random.nextInt(pieces.length)]);
                    case 1 -> text.delete(at, Math.min(text.length(), at + random.nextInt(1, 40)));
                    case 2 -> text.setCharAt(at, (char) random.nextInt(32, 127));
                    case 3 -> {
                        int from = random.nextInt(text.length());
                        text.insert(at, text.substring(from, Math.min(text.length(), from + random.nextInt(200))));
                    }
                    default -> text.setLength(Math.max(1, at));
                }
            }
            try {
                TreeParser.parse("t", text.toString());
                accepted++;
            } catch (InvalidTreeException e) {
                assertThat(e.problems()).isNotEmpty().allSatisfy(p -> assertThat(p.line())
                        .isPositive());
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("round " + round + ": " + text, e);
            }
        }
        assertThat(accepted).as("not all are broken, or the fuzz says nothing").isBetween(100, 2900);
    }

    private static String large(int domains) {
        StringBuilder text = new StringBuilder(SMALLEST).append("""
                pops:
                  west: {nodes: {edge1.west: {service: edge-cache, address: 192.0.2.1}, log.west: {service: log, address: 192.0.2.2}}}
                rules: {dynamic: {persistence: 10m}}
                log-servers: {log.west: {manages: [ada]}}
                customers:
                  ada:
                    servers: {one: {address: 203.0.113.1}}
                    domains:
                """);
        for (int i = 0; i < domains; i++) {
            text.append("      www.site")
                    .append(i)
                    .append(
                            ".example: {candidates: [pops, servers], rule: dynamic, checks: [{http: /health, text: ok}]}\n");
        }
        return text.toString();
    }
}
