package org.popnet.dns.steering;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.popnet.dns.TestTrees;
import org.popnet.dns.wire.WireName;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.dns.zone.ZoneEntry;
import org.popnet.dns.zone.ZoneSnapshot;
import org.popnet.platform.message.TargetId;

/**
 * Each term of the score moves clients from the nearer POP to the next when its weight makes it worth more than the way: by
 * the figures of docs/steering.md. Europe is 10 ms away, eastusa 40.
 */
class ScoreTermsTest {
    private static final String EUROPE = "node:edge1.europe";

    /** @param chosen with europe's figure, by the weight */
    @ParameterizedTest
    @CsvSource({
        // 30 ms between them
        "loss,     1,  20, edge1.europe", //  20 ms
        "loss,     3,  20, edge1.eastusa", //  60 ms
        "loss,     3,   0, edge1.europe", // does not count
        "response, 40, 0.5, edge1.europe", //  20 ms
        "response, 90, 0.5, edge1.eastusa", //  45 ms
        "response, 90,   0, edge1.europe",
        "cost,     20,   1, edge1.europe",
        "cost,     50,   1, edge1.eastusa",
        "cost,     50,   0, edge1.europe",
        "load,     0.5, 50, edge1.europe", // 3 ms, 9 for those who take it most seriously
        "load,     0.9, 500, edge1.eastusa", // 328 ms, 109 for those who take it least so
        "load,     0.9, 0, edge1.europe",
        "latency,  0,   0, any", // nobody is nearer
    })
    void termsCountByTheirWeights(String term, double figure, double weight, String chosen) {
        String text = TestTrees.NETWORK
                .replace(
                        "default: {ttl: 20s,",
                        "default: {ttl: 20s, weights: {%s: %s%s},"
                                .formatted(term, weight, term.equals("cost") ? "" : ", cost: 0"))
                .replace(
                        "address: 10.0.3.2, capacity: 2000/s, cost: 1.0",
                        "address: 10.0.3.2, capacity: 2000/s, cost: " + (term.equals("cost") ? figure : 1));
        ZoneSnapshot zone = ZoneCompiler.compile(TestTrees.active(2, text), TestTrees.SELF);
        TargetStates states = TargetStates.unknown(zone.targets().size());
        int europe = zone.indexOf(new TargetId(EUROPE));
        switch (term) {
            case "response" -> states.responseMs()[europe] = (float) figure;
            case "load" -> states.utilisation()[europe] = (float) figure;
            default -> {} // told by the client's way, or in the tree
        }
        Latencies way = new Latencies() {
            @Override
            public int row(long high, long low) {
                return 0;
            }

            @Override
            public long read(int row, long nowMs, float[] rttMs, float[] lossPercent) {
                for (int pop = 0; pop < rttMs.length; pop++) {
                    String name = zone.topology().names().get(pop);
                    rttMs[pop] = name.equals("europe") ? 10 : name.equals("eastusa") ? 40 : 200;
                    lossPercent[pop] = term.equals("loss") && name.equals("europe") ? (float) figure : 0;
                }
                return 1000;
            }
        };
        ClientLocation location = new ClientLocation(24, 56, 600_000, Geography.UNKNOWN);
        SteeredDomain domain = ((ZoneEntry.Steered)
                        Objects.requireNonNull(zone.find(WireName.of("static.customer1.example"))))
                .domain();
        int there = 0;
        for (int i = 0; i < 64; i++) {
            ClientView client = new ClientView();
            InetAddress source = InetAddress.ofLiteral("192.0." + i + ".1");
            location.locate(Address.high(source), Address.low(source), zone.topology(), way, 0, client);
            Choice choice = new Choice();
            Steering.choose(domain, domain.v4(), 1, 0, client, states, choice, null);
            there += choice.get(0).id().text().equals("node:" + chosen) ? 1 : 0;
            if (chosen.equals("any")) {
                there += choice.get(0).id().text().equals(EUROPE) ? 0 : 1;
            }
        }
        if (chosen.equals("any")) {
            assertThat(there).as("clients that are not sent to the nearest").isBetween(20, 64);
        } else {
            assertThat(there).isEqualTo(64);
        }
    }
}
