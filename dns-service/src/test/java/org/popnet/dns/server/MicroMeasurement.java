package org.popnet.dns.server;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.popnet.dns.TestTrees;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.KnowledgeSettings;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.tree.NodeName;
import org.xbill.DNS.Type;

/** What one steered answer costs, without the network: time and bytes allocated. Run by hand. */
final class MicroMeasurement {
    private static final int DOMAINS = 10_000;
    private static final int CLIENTS = 100_000;
    private static final int ROUNDS = 6;
    private static final int QUERIES = 2_000_000;

    private MicroMeasurement() {}

    public static void main(String[] args) throws IOException {
        Knowledge knowledge =
                new Knowledge(KnowledgeSettings.defaults(), () -> 10_000_000_000L + System.nanoTime() / 1_000_000);
        StringBuilder domains = new StringBuilder();
        for (int i = 0; i < DOMAINS; i++) {
            domains.append("      d%d.customer2.example: {candidates: [pops], rule: dynamic}\n".formatted(i));
        }
        String text = TestTrees.NETWORK.replace("      www.customer2.example: {candidates: [pops]}\n", domains);
        long start = System.nanoTime();
        var tree = TestTrees.active(1, text);
        long parsed = System.nanoTime();
        knowledge.activate(ZoneCompiler.compile(tree, TestTrees.SELF));
        System.out.printf(
                "%d domains: parsed in %d ms, compiled and active in %d ms%n",
                DOMAINS, (parsed - start) / 1_000_000, (System.nanoTime() - parsed) / 1_000_000);
        Random random = new Random(1);
        for (int i = 0; i < CLIENTS; i++) {
            InetAddress prefix =
                    InetAddress.ofLiteral((20 + (i >> 16)) + "." + (i >> 8 & 255) + "." + (i & 255) + ".1");
            for (String pop : List.of("westusa", "eastusa", "europe")) {
                LatencyResult latency = new LatencyResult(prefix, 1 + random.nextInt(100), 0, 0, 0, false);
                knowledge.take(NodeName.of("probe." + pop), new ProbeReport(List.of(), List.of(latency), List.of()));
            }
        }
        knowledge.refresh();
        QueryPipeline pipeline = new QueryPipeline(
                knowledge,
                RunningServer.COOKIES,
                InstantSource.system(),
                new DnsMetrics(new SimpleMeterRegistry()),
                new ResponseLimiter(
                        Boolean.getBoolean("limited") ? ResponseLimitSettings.defaults() : ResponseLimitSettings.off(),
                        1),
                new QueryLog((customer, record) -> {}, InstantSource.system()),
                16);
        Exchange x = RunningServer.exchange(Exchange.Transport.UDP, 4096, 1232, 1);
        byte[][] queries = new byte[500][];
        for (int i = 0; i < queries.length; i++) {
            queries[i] = RunningServer.query("d" + random.nextInt(DOMAINS) + ".customer2.example", Type.A)
                    .toWire();
        }
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int round = 0; round < ROUNDS; round++) {
            long allocated = threads.getCurrentThreadAllocatedBytes();
            long cpu = threads.getCurrentThreadCpuTime();
            long answers = 0;
            for (int i = 0; i < QUERIES; i++) {
                byte[] query = queries[i % queries.length];
                System.arraycopy(query, 0, x.in, 0, query.length);
                x.inLength = query.length;
                int client = (int) ((i * 7919L) % CLIENTS);
                x.sourceHigh = 0;
                x.sourceLow = 0xffff_0000_0000L
                        | (20L + (client >> 16)) << 24
                        | (client >> 8 & 255) << 16
                        | (client & 255) << 8
                        | 1;
                answers += pipeline.respond(x) > 0 ? 1 : 0;
            }
            System.out.printf(
                    "round %d: %.0f ns CPU/query, %.2f bytes/query, %d answers%n",
                    round,
                    (threads.getCurrentThreadCpuTime() - cpu) / (double) QUERIES,
                    (threads.getCurrentThreadAllocatedBytes() - allocated) / (double) QUERIES,
                    answers);
        }
    }
}
