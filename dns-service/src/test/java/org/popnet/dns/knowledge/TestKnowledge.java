package org.popnet.dns.knowledge;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.popnet.dns.TestTrees;
import org.popnet.dns.steering.Address;
import org.popnet.dns.steering.ClientView;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.platform.message.Message.ClientRoundTrip;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServerLoad;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.NodeName;

/** What a name server knows, on a clock of the test's own: reports in, what answers are made from out. */
final class TestKnowledge {
    static final TargetId EDGE = new TargetId("node:edge1.westusa");
    static final TargetId SERVER = new TargetId("server:customer1/west/www.customer1.example");
    static final String[] PROBES = {"probe.westusa", "probe.eastusa", "probe.europe"};

    final AtomicLong clock = new AtomicLong(10_000_000_000L);
    Knowledge knowledge;

    TestKnowledge() {
        this(TestTrees.NETWORK);
    }

    TestKnowledge(String tree) {
        knowledge = fresh(tree);
    }

    /** The tree with so many probes in Europe instead of one in each POP; where customers' servers stand is not known. */
    static String withProbes(int count) {
        StringBuilder probes = new StringBuilder();
        StringBuilder names = new StringBuilder();
        for (int i = 1; i <= count; i++) {
            probes.append("      probe" + i + ".europe: {service: probe, address: 10.0.4." + i + "}\n");
            names.append(", probe" + i + ".europe");
        }
        return TestTrees.NETWORK
                .replace("      probe.europe: {service: probe, address: 10.0.3.4}\n", probes)
                .replace(", probe.europe]", names + "]");
    }

    /** A name server that has just started, on the same clock. */
    Knowledge fresh() {
        return fresh(TestTrees.NETWORK);
    }

    private Knowledge fresh(String tree) {
        Knowledge made = new Knowledge(KnowledgeSettings.defaults(), clock::get);
        made.activate(ZoneCompiler.compile(TestTrees.active(1, tree), TestTrees.SELF));
        return made;
    }

    void activate(String tree) {
        knowledge.activate(ZoneCompiler.compile(TestTrees.active(1, tree), TestTrees.SELF));
    }

    void passes(long ms) {
        clock.addAndGet(ms);
    }

    /** As {@link #passes}, and the name server has looked at what that changes. */
    void later(long ms) {
        passes(ms);
        knowledge.refresh();
    }

    void report(String probe, TargetId target, boolean up, int times) {
        for (int i = 0; i < times; i++) {
            knowledge.take(NodeName.of(probe), services(result(target, up, 0)));
        }
    }

    static ServiceResult result(TargetId target, boolean up, long ageMs) {
        return new ServiceResult(target, up, 12, ageMs, 0, up ? null : "connection refused", false);
    }

    static ProbeReport services(ServiceResult... results) {
        return new ProbeReport(List.of(results), List.of(), List.of());
    }

    /** @param ms NaN if nothing was answered */
    void latency(String probe, String address, double ms) {
        measured(probe, new LatencyResult(InetAddress.ofLiteral(address), ms, Double.isNaN(ms) ? 100 : 0, 0, 0, false));
    }

    void measured(String probe, LatencyResult result) {
        knowledge.take(NodeName.of(probe), new ProbeReport(List.of(), List.of(result), List.of()));
        knowledge.refresh();
    }

    /** An address of the client prefix with this number, of which there are 65,536. */
    static String prefix(int number) {
        return "100." + (number >> 8) + "." + (number & 255) + ".1";
    }

    /** A probe measured so many client prefixes, all alike. */
    void measured(String probe, int prefixes, double ms) {
        List<LatencyResult> results = IntStream.range(0, prefixes)
                .mapToObj(i -> new LatencyResult(InetAddress.ofLiteral(prefix(i)), ms, 0, 0, 0, false))
                .toList();
        knowledge.take(NodeName.of(probe), new ProbeReport(List.of(), results, List.of()));
        knowledge.refresh();
    }

    /** An edge, or who pretends to be one, tells how far a prefix's users are. */
    void users(String node, String prefix, int bits, double ms) {
        ClientRoundTrip told = new ClientRoundTrip(InetAddress.ofLiteral(prefix), bits, ms);
        knowledge.take(
                NodeName.of(node), 1, new LoadReport(0, 0, 0, 0, 0, 0, Map.of(), Map.of(), 0, 0, 0, List.of(told)));
    }

    /** {@code edge1.westusa}, which can do 2,000/s, tells how busy it is. */
    void load(double requestsPerSecond) {
        LoadReport report = new LoadReport(0, 0, 0, requestsPerSecond, 0, 0, Map.of(), Map.of(), 0, 0, 0, List.of());
        knowledge.take(NodeName.of("edge1.westusa"), 1, report);
    }

    /** A probe heard from a machine how busy it is. */
    void heard(String machine, double requestsPerSecond, double share) {
        knowledge.take(
                NodeName.of("probe.westusa"),
                new ProbeReport(
                        List.of(), List.of(), List.of(new ServerLoad(machine, requestsPerSecond, share, 0, false))));
        knowledge.refresh();
    }

    float utilisation(TargetId target) {
        knowledge.refresh();
        View view = knowledge.view();
        return view.states().utilisation()[view.zone().indexOf(target)];
    }

    float shed(TargetId target) {
        knowledge.refresh();
        View view = knowledge.view();
        return view.states().shed()[view.zone().indexOf(target)];
    }

    boolean down(TargetId target) {
        View view = knowledge.view();
        return view.states().down()[view.zone().indexOf(target)];
    }

    ClientView locate(String address) {
        ClientView client = new ClientView();
        InetAddress source = InetAddress.ofLiteral(address);
        View view = knowledge.view();
        knowledge
                .clientLocation()
                .locate(
                        Address.high(source),
                        Address.low(source),
                        view.zone().topology(),
                        view.latencies(),
                        clock.get(),
                        client);
        return client;
    }

    int pop(String name) {
        return knowledge.view().zone().topology().indexOf(name);
    }
}
