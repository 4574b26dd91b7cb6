package org.popnet.bench.steering;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.popnet.bench.dns.BenchNetwork;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.KnowledgeSettings;
import org.popnet.dns.knowledge.View;
import org.popnet.dns.steering.Address;
import org.popnet.dns.steering.Choice;
import org.popnet.dns.steering.ClientView;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.dns.steering.Steering;
import org.popnet.dns.wire.WireName;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.dns.zone.ZoneEntry;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Service;

/** Decisions to be made, with everything that is known of the clients and the servers at hand. */
final class Decisions {
    private static final int CLIENTS = 1024;

    private final ClientView[] clients = new ClientView[CLIENTS];
    private final Choice choice = new Choice();
    private final View view;
    private final SteeredDomain domain;
    private int turn;

    Decisions() {
        String text = BenchNetwork.tree(2, 0);
        ActiveTree tree = ActiveTree.of(new Generation(1, "0".repeat(40), Generation.sha256(text)), text);
        Knowledge knowledge = new Knowledge(
                KnowledgeSettings.defaults(), () -> Duration.ofDays(365).toMillis());
        knowledge.activate(ZoneCompiler.compile(tree, NodeName.of(BenchNetwork.NAME_SERVER)));
        Random random = new Random(1);
        tree.tree().nodes(Service.EDGE_CACHE).forEach(edge -> {
            double share = 0.3 + 0.4 * random.nextDouble();
            double requests = share * edge.capacity().requestsPerSecond();
            knowledge.take(
                    edge.name(),
                    1,
                    new LoadReport(share, 0.3, 0, requests, 0, 2, Map.of(), Map.of(), 0, 0, 0, List.of()));
        });
        for (int i = 0; i < CLIENTS; i++) {
            InetAddress address = address(i);
            for (String pop : BenchNetwork.pops()) {
                knowledge.take(
                        NodeName.of("probe." + pop),
                        new ProbeReport(
                                List.of(),
                                List.of(new LatencyResult(address, 1 + random.nextInt(200), 0, 0, 0, false)),
                                List.of()));
            }
        }
        knowledge.refresh();
        view = knowledge.view();
        // An odd number: its clients are steered anew each time.
        ZoneEntry entry = view.zone().find(WireName.of(BenchNetwork.domain(1)));
        if (!(entry instanceof ZoneEntry.Steered steered)) {
            throw new IllegalStateException("the domain is not steered");
        }
        domain = steered.domain();
        for (int i = 0; i < CLIENTS; i++) {
            InetAddress address = address(i);
            clients[i] = new ClientView();
            knowledge
                    .clientLocation()
                    .locate(
                            Address.high(address),
                            Address.low(address),
                            view.zone().topology(),
                            view.latencies(),
                            knowledge.nowMs(),
                            clients[i]);
            if (clients[i].source() != ClientView.Source.MEASURED) {
                throw new IllegalStateException("client " + address + " is not known");
            }
        }
    }

    private static InetAddress address(int client) {
        try {
            return InetAddress.getByAddress(BenchNetwork.prefix(client));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    /** Decides for the next client. */
    Choice next() {
        ClientView client = clients[turn++ & CLIENTS - 1];
        Steering.choose(domain, domain.v4(), 1, 0, client, view.states(), choice, null);
        return choice;
    }
}
