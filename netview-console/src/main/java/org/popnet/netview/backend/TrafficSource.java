package org.popnet.netview.backend;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.tree.LogServer;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.springframework.stereotype.Component;

/** Figures of a customer's traffic, from the customer's log server or, when that is gone, from a deputy of it. */
@Component
public class TrafficSource {
    private final CurrentTree tree;
    private final Backends backends;
    private final Questions questions;

    TrafficSource(CurrentTree tree, Backends backends, Questions questions) {
        this.tree = tree;
        this.backends = backends;
        this.questions = questions;
    }

    public Pending<Traffic.Summary> summary(TrafficQuery query) {
        return ask(query, "/traffic/summary?" + query.asQuery(), Traffic.Summary.class);
    }

    public Pending<Traffic.Series> series(TrafficQuery query, Duration step) {
        return ask(
                query,
                "/traffic/series?" + query.asQuery() + "&step=" + step + "&percentiles=true",
                Traffic.Series.class);
    }

    public Pending<List<Traffic.OfPop>> pops(TrafficQuery query) {
        Pending<Traffic.Pops> pops = ask(query, "/traffic/pops?" + query.asQuery(), Traffic.Pops.class);
        return () -> pops.join().map(Traffic.Pops::pops);
    }

    /**
     * What is most frequent in the traffic.
     *
     * @param dimension {@code urls}, {@code referrers}, {@code agents} or {@code countries}
     * @param limit how many at most, those with the most requests first
     */
    public Pending<Traffic.Top> top(TrafficQuery query, String dimension, int limit) {
        Pending<Traffic.TopAnswer> top = ask(
                query,
                "/traffic/top?" + query.asQuery() + "&dimension=" + dimension + "&limit=" + limit,
                Traffic.TopAnswer.class);
        return () -> top.join().map(Traffic.TopAnswer::top);
    }

    public Pending<Traffic.Clients> clients(TrafficQuery query) {
        Pending<Traffic.ClientsAnswer> clients =
                ask(query, "/traffic/clients?" + query.asQuery(), Traffic.ClientsAnswer.class);
        return () -> clients.join().map(Traffic.ClientsAnswer::estimate);
    }

    public Pending<Traffic.Current> current(TrafficQuery query) {
        return ask(query, "/traffic/current?" + query.who(), Traffic.Current.class);
    }

    /** The customer's months, the latest first. */
    public Pending<List<Billing.Head>> statements(String customer) {
        Pending<Billing.Head[]> heads =
                ask(customer, "/billing/statements?customer=" + TrafficQuery.encoded(customer), Billing.Head[].class);
        return () -> heads.join().map(List::of);
    }

    /** A closed month, such as {@code 2026-10}. */
    public Pending<Billing.Statement> statement(String customer, String month) {
        return ask(
                customer,
                "/billing/statement?customer=" + TrafficQuery.encoded(customer) + "&month=" + month,
                Billing.Statement.class);
    }

    private <T> Pending<T> ask(TrafficQuery query, String path, Class<T> type) {
        return ask(query.customer(), path, type);
    }

    private <T> Pending<T> ask(String customer, String path, Class<T> type) {
        List<Node> servers = logServers(tree.get().tree(), customer);
        if (servers.isEmpty()) {
            return Pending.of(Reply.failed(new Problem(
                    "No log server manages “" + customer + "”.",
                    "Traffic is served, but it is not counted and there are no figures.",
                    "An administrator adds the customer to a log server under log-servers in network.yml.")));
        }
        return questions.ask(
                () -> fromFirstThatAnswers(servers, path, type),
                failure -> new Problem(
                        "The log server " + servers.getFirst().name() + " does not answer.",
                        "Your sites are served as before and traffic goes on being counted; only these figures are"
                                + " missing for now.",
                        "Load the page again in a minute."));
    }

    private <T> T fromFirstThatAnswers(List<Node> servers, String path, Class<T> type) {
        for (Node server : servers.subList(0, servers.size() - 1)) {
            try {
                return backends.get(server, path, type);
            } catch (BackendException e) {
                if (!e.isOfTheNode()) {
                    throw e;
                }
            }
        }
        return backends.get(servers.getLast(), path, type);
    }

    private static List<Node> logServers(NetworkTree tree, String customer) {
        List<Node> nodes = new ArrayList<>();
        tree.logServerOf(customer)
                .ifPresent((LogServer server) -> Stream.concat(Stream.of(server.node()), server.deputies().stream())
                        .forEach(name -> tree.node(name).ifPresent(nodes::add)));
        return nodes;
    }
}
