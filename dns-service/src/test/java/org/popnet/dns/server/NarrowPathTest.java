package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A router, or who pretends to be one, says that the path to a resolver carries less than an answer (RFC 9715). */
class NarrowPathTest {
    private static final String RESOLVER = "127.250.53.9";
    private static final int TOLD_MTU = 552;
    private static final String ANSWERED = "answered whole over UDP, in fragments: ";

    /** As root, or as a user who may act as one within a namespace. */
    private static final List<List<String>> NAMESPACES =
            List.of(List.of("unshare", "--net"), List.of("unshare", "--map-root-user", "--net"));

    @Test
    void answersLongerThanThePathIsSaidToCarryAreNotFragmented() throws Exception {
        List<String> namespace = namespace();
        String route = "ip link set lo up && ip route add local " + RESOLVER + "/32 dev lo mtu " + TOLD_MTU;
        String output = run(
                namespace,
                List.of(
                        "sh",
                        "-c",
                        route + " && exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NarrowPathTest.class.getName()));
        assertThat(output).contains(ANSWERED + "0");
    }

    private static List<String> namespace() throws Exception {
        for (List<String> namespace : NAMESPACES) {
            if (run(namespace, List.of("sh", "-c", "ip link set lo up && echo up"))
                    .equals("up\n")) {
                return namespace;
            }
        }
        assumeTrue(false, "needs network namespaces (Linux, util-linux, iproute2)");
        return List.of();
    }

    private static String run(List<String> namespace, List<String> command) throws Exception {
        List<String> all = new ArrayList<>(namespace);
        all.addAll(command);
        try {
            Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return output;
        } catch (IOException e) {
            return ""; // there is no such program
        }
    }

    /** By this namespace: {@code FragCreates} of RFC 1213. */
    private static String fragmentsMade() throws IOException {
        List<String[]> ip = Files.readAllLines(Path.of("/proc/net/snmp")).stream()
                .filter(line -> line.startsWith("Ip: "))
                .map(line -> line.split(" "))
                .toList();
        return ip.get(1)[List.of(ip.get(0)).indexOf("FragCreates")];
    }

    /** Within the namespace: asks a name server from there. */
    public static void main(String... arguments) throws Exception {
        String records = "            long TXT \"" + "x".repeat(255) + "\" \"" + "y".repeat(255) + "\" \""
                + "z".repeat(255) + "\"\n";
        String zones = "    zones:\n      customer1.example:\n        records: |\n" + records;
        String tree = TestTrees.NETWORK.replace("  customer2:\n    servers", zones + "  customer2:\n    servers");
        try (RunningServer dns = new RunningServer(
                RunningServer.freeAddress(), RunningServer.settings(true, 0), TestTrees.active(7, tree))) {
            Message query = RunningServer.query("long.customer1.example", Type.TXT);
            query.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
            Message answer = dns.ask(query, RESOLVER);
            if (answer.getSection(Section.ANSWER).size() == 1 && answer.numBytes() > TOLD_MTU) {
                System.out.println(ANSWERED + fragmentsMade());
            }
        }
    }
}
