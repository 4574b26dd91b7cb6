package org.popnet.scenario.walk;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.popnet.local.LocalNetwork;
import org.popnet.platform.tree.Node;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;
import tools.jackson.databind.JsonNode;

/** Both name servers of a network, asked as resolvers ask them, and as operators do. */
record NameServers(LocalNetwork network) {
    static final List<String> BOTH = List.of("dns.westusa", "dns.eastusa");

    private static final Duration SOON = Duration.ofMinutes(3);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int PAYLOAD = 1232;
    private static final int BITS_V4 = 24;
    private static final int BITS_V6 = 48;

    /** An expectation of one name server. */
    @FunctionalInterface
    interface Expectation {
        void of(String nameServer) throws Exception;
    }

    /** Waits until both come up to it, one after the other. */
    static void everywhere(Expectation expectation) {
        for (String nameServer : BOTH) {
            await().atMost(SOON).untilAsserted(() -> expectation.of(nameServer));
        }
    }

    /**
     * Asks for a name's IPv4 addresses.
     *
     * @param client the first address of the prefix that the resolver says it asks for (RFC 7871): a /24, or a /48
     */
    Message ask(String nameServer, String name, String client) throws IOException {
        Node node = network.node(nameServer);
        InetAddress address = InetAddress.ofLiteral(client);
        int bits = address.getAddress().length == 4 ? BITS_V4 : BITS_V6;
        SimpleResolver resolver = new SimpleResolver(
                new InetSocketAddress(node.address(), node.ports().dns()));
        resolver.setTimeout(PATIENCE);
        resolver.setEDNS(0, PAYLOAD, 0, List.of(new ClientSubnetOption(bits, address)));
        return resolver.send(Message.newQuery(Record.newRecord(Name.fromString(name + "."), Type.A, DClass.IN)));
    }

    /** The addresses in the answer, in their order as numbers. */
    Set<String> addresses(String nameServer, String name, String client) throws IOException {
        Set<String> addresses = new TreeSet<>();
        for (Record record : ask(nameServer, name, client).getSection(Section.ANSWER)) {
            if (record instanceof ARecord a) {
                addresses.add(a.getAddress().getHostAddress());
            }
        }
        return addresses;
    }

    /** All addresses that these clients get. */
    Set<String> addresses(String nameServer, String name, List<String> clients) throws IOException {
        Set<String> addresses = new TreeSet<>();
        for (String client : clients) {
            addresses.addAll(addresses(nameServer, name, client));
        }
        return addresses;
    }

    /** The name that the client is sent to; empty if it is given something else. */
    String alias(String nameServer, String name, String client) throws IOException {
        return ask(nameServer, name, client).getSection(Section.ANSWER).stream()
                .filter(CNAMERecord.class::isInstance)
                .map(record -> ((CNAMERecord) record).getTarget().toString(true))
                .collect(Collectors.joining());
    }

    /** What the name server says of this answer on its control port. */
    Told explain(String nameServer, String name, String client) {
        String query =
                "/explain?name=" + URLEncoder.encode(name, StandardCharsets.UTF_8) + "&client=" + client + "&type=A";
        return new Told(network.operator().get(network.node(nameServer), query, JsonNode.class));
    }

    /** How often both have changed a verdict. */
    double transitions() {
        return BOTH.stream()
                .mapToDouble(name -> network.metrics(name).sum("popnet_dns_knowledge_transitions_total"))
                .sum();
    }

    /** What the name server knows of a target. */
    JsonNode target(String nameServer, String target) {
        return network.operator()
                .get(network.node(nameServer), "/targets", JsonNode.class)
                .valueStream()
                .filter(t -> t.path("target").asString("").equals(target))
                .findFirst()
                .orElseThrow(() -> new AssertionError(nameServer + " knows no " + target));
    }
}
