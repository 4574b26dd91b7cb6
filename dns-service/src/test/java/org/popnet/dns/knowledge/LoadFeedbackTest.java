package org.popnet.dns.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;
import org.popnet.dns.steering.Choice;
import org.popnet.dns.steering.ClientView;
import org.popnet.dns.steering.Latencies;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.dns.steering.Steering;
import org.popnet.dns.wire.WireName;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.dns.zone.ZoneEntry;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.tree.NodeName;

/**
 * The closed loop, second by second: clients ask again every 20 s and go where they are told, edges report what they
 * got, and the next answers follow the reports. Nothing in it may swing.
 */
class LoadFeedbackTest {
    private static final int CLIENTS = 2000;
    private static final int TTL_SECONDS = 20;
    private static final int SETTLED_SECONDS = 900;

    private final AtomicLong clock = new AtomicLong(10_000_000_000L);
    private final Knowledge knowledge = new Knowledge(KnowledgeSettings.defaults(), clock::get);
    private final Random random = new Random(11);

    @Test
    void twoPopsAtTheSameDistanceSettle() {
        Loop loop = new Loop(new double[] {2000, 2000}, 2600, client -> new float[] {10, 10});
        loop.run(1800);
        loop.assertSettled(0.08);
        assertThat(loop.mean(0)).isBetween(0.55, 0.75);
    }

    @Test
    void popThatIsTooSmallForItsClientsGivesSomeAwayAndKeepsTheRest() {
        Loop loop = new Loop(new double[] {1000, 4000}, 1500, client -> new float[] {10, 60});
        loop.run(1800);
        loop.assertSettled(0.10);
        assertThat(loop.mean(0)).as("the near one is used").isBetween(0.4, 0.95);
        assertThat(loop.mean(1)).as("the far one takes the rest").isBetween(0.1, 0.4);
    }

    @Test
    void tenPopsSettleAndTakeAFlashCrowd() {
        float[][] places = new float[CLIENTS][10];
        for (float[] place : places) {
            int home = (int) Math.min(9, Math.abs(random.nextGaussian() * 4));
            for (int pop = 0; pop < 10; pop++) {
                place[pop] = 5 + 15 * Math.abs(pop - home) + random.nextInt(5);
            }
        }
        double[] capacities = new double[10];
        Arrays.setAll(capacities, pop -> 600 + 100 * (pop % 3));
        Loop loop = new Loop(capacities, 4500, client -> places[client]);
        loop.run(1800);
        loop.assertSettled(0.12);
        loop.demand(5200);
        loop.run(1800);
        loop.assertSettled(0.12);
    }

    @Test
    void whatExceedsEverythingGoesToTheOverflowAndNoMore() {
        Loop loop = new Loop(new double[] {1000, 1000}, 2600, client -> new float[] {10, 12}, "{cname: big.example}");
        loop.run(2400);
        loop.assertSettled(0.12);
        assertThat(loop.mean(0)).isBetween(0.75, 0.97);
        assertThat(loop.mean(1)).isBetween(0.75, 0.97);
        assertThat(loop.overflowed()).as("share sent elsewhere").isBetween(0.2, 0.45);
    }

    /** How far each POP is from a client, in milliseconds. */
    private interface Places {
        float[] of(int client);
    }

    private final class Loop implements Latencies {
        private final double[] capacities;
        private final Places places;
        private final int[] servedBy = new int[CLIENTS];
        private final SteeredDomain domain;
        private final double[][] history;
        private double demand;
        private int seconds;
        private int changes;
        private int settledAt;
        private int current;

        Loop(double[] capacities, double demand, Places places) {
            this(capacities, demand, places, "none");
        }

        Loop(double[] capacities, double demand, Places places, String overflow) {
            this.capacities = capacities;
            this.places = places;
            this.demand = demand;
            this.history = new double[10_000][];
            StringBuilder tree = new StringBuilder("""
                    network: {zone: pop.example, administrators: [admin.hq]}
                    pops:
                      hq: {nodes: {admin.hq: {service: admin, address: 10.9.0.1}, dns.hq: {service: dns, address: 10.9.0.3}, log.hq: {service: log, address: 10.9.0.2}}}
                    """);
            for (int pop = 0; pop < capacities.length; pop++) {
                tree.append("  p%d: {nodes: {edge.p%d: {service: edge-cache, address: 10.0.%d.1, capacity: %.0f/s}}}\n"
                        .formatted(pop, pop, pop, capacities[pop]));
            }
            tree.append("""
                    log-servers: {log.hq: {manages: [c]}}
                    customers:
                      c:
                        servers: {s: {address: 10.1.0.1}}
                        domains: {www.c.test: {candidates: [pops]}}
                    rules: {default: {overflow: %s}}
                    """.formatted(overflow));
            knowledge.activate(ZoneCompiler.compile(TestTrees.active(1, tree.toString()), NodeName.of("dns.hq")));
            domain = ((ZoneEntry.Steered) knowledge.view().zone().find(WireName.of("www.c.test"))).domain();
            Arrays.fill(servedBy, -1);
            for (int client = 0; client < CLIENTS; client++) {
                ask(client);
            }
        }

        void demand(double requestsPerSecond) {
            demand = requestsPerSecond;
        }

        void run(int more) {
            int end = seconds + more;
            settledAt = end - SETTLED_SECONDS;
            changes = 0;
            for (; seconds < end; seconds++) {
                clock.addAndGet(1000);
                double[] used = new double[capacities.length];
                for (int client = 0; client < CLIENTS; client++) {
                    if (servedBy[client] >= 0) {
                        used[servedBy[client]] += demand / CLIENTS / capacities[servedBy[client]];
                    }
                }
                history[seconds] = used;
                for (int pop = 0; pop < used.length; pop++) {
                    // reports are a second old and somewhat noisy
                    double told = used[pop] * capacities[pop] * (0.97 + 0.06 * random.nextDouble());
                    knowledge.take(
                            NodeName.of("edge.p" + pop),
                            1,
                            new LoadReport(0, 0, 0, told, 0, 0, Map.of(), Map.of(), 0, 0, 0, List.of()));
                }
                knowledge.refresh();
                for (int client = seconds % TTL_SECONDS; client < CLIENTS; client += TTL_SECONDS) {
                    ask(client);
                }
            }
        }

        private final ClientView view = new ClientView();
        private final Choice choice = new Choice();

        private void ask(int client) {
            current = client;
            View now = knowledge.view();
            long low = 0xffff_0000_0000L | (20L << 24) + ((long) client << 8);
            knowledge.clientLocation().locate(0, low, now.zone().topology(), this, clock.get(), view);
            Steering.choose(domain, domain.v4(), 1, 0, view, now.states(), choice, null);
            int pop = choice.kind() == Choice.Kind.HOST ? -2 : choice.get(0).address()[2];
            changes += pop != servedBy[client] && seconds > settledAt ? 1 : 0;
            servedBy[client] = pop;
        }

        @Override
        public int row(long high, long low) {
            return 0;
        }

        @Override
        public long read(int row, long nowMs, float[] rttMs, float[] lossPercent) {
            rttMs[0] = 200; // hq, which serves nobody
            System.arraycopy(places.of(current), 0, rttMs, 1, capacities.length);
            return 1000;
        }

        double mean(int pop) {
            return Arrays.stream(history, seconds - SETTLED_SECONDS, seconds)
                    .mapToDouble(used -> used[pop])
                    .average()
                    .orElseThrow();
        }

        double overflowed() {
            return Arrays.stream(servedBy).filter(pop -> pop == -2).count() / (double) CLIENTS;
        }

        /** @param swing the most that a load may move in the last quarter of an hour, from its lowest to its highest */
        void assertSettled(double swing) {
            for (int pop = 0; pop < capacities.length; pop++) {
                int p = pop;
                var settled = Arrays.stream(history, seconds - SETTLED_SECONDS, seconds)
                        .mapToDouble(used -> used[p])
                        .summaryStatistics();
                assertThat(settled.getMax() - settled.getMin())
                        .as("swing of POP %d", pop)
                        .isLessThan(swing);
                assertThat(settled.getMax()).as("POP %d", pop).isLessThan(1.0);
            }
            double perClientAndMinute = changes * 60.0 / SETTLED_SECONDS / CLIENTS;
            assertThat(perClientAndMinute).as("answers that changed").isLessThan(0.2);
        }
    }
}
