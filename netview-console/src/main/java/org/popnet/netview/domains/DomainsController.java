package org.popnet.netview.domains;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.backend.Fleet;
import org.popnet.netview.backend.Problem;
import org.popnet.netview.backend.Reply;
import org.popnet.netview.backend.Watched;
import org.popnet.netview.page.Page;
import org.popnet.netview.page.State;
import org.popnet.netview.page.Viewing;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.Check;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Service;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** Answers: why did this user get that server? */
@Page
final class DomainsController {
    private final Fleet fleet;

    DomainsController(Fleet fleet) {
        this.fleet = fleet;
    }

    /** A customer's server as it stands for one domain, or for all of them together. */
    record ServerLine(
            CustomerServer server,
            State state,
            @Nullable Double responseMs,
            @Nullable String reason) {
        public String address() {
            return server.addresses().stream()
                    .map(InetAddress::getHostAddress)
                    .map(host -> (host.contains(":") ? "[" + host + "]" : host) + ":" + server.port())
                    .collect(Collectors.joining(", "));
        }
    }

    @GetMapping("/domains")
    String domains(Viewing viewing, Model model) {
        Reply<List<Watched>> watched = fleet.watched().join();
        model.addAttribute(
                "domains", viewing.pickedDomains().stream().map(DomainView::of).toList());
        model.addAttribute(
                "servers",
                viewing.customer().servers().values().stream()
                        .map(server -> line(server, viewing.pickedDomains(), watched.orElse(List.of())))
                        .toList());
        model.addAttribute("problems", Stream.ofNullable(watched.problem()).toList());
        return "domains/domains";
    }

    @GetMapping("/domains/{name}")
    String domain(
            Viewing viewing,
            Model model,
            @PathVariable("name") String name,
            @RequestParam(name = "client", required = false) @Nullable String client,
            @RequestParam(name = "type", required = false) @Nullable String type,
            @RequestParam(name = "server", required = false) @Nullable String nameServer) {
        Domain domain = viewing.domainOf(name);
        Reply<List<Watched>> watched = fleet.watched().join();
        List<Problem> problems =
                new ArrayList<>(Stream.ofNullable(watched.problem()).toList());
        model.addAttribute("it", DomainView.of(domain));
        model.addAttribute(
                "servers",
                viewing.customer().servers().values().stream()
                        .map(server -> line(server, List.of(domain), watched.orElse(List.of())))
                        .toList());
        model.addAttribute(
                "nameServers",
                viewing.tree()
                        .nodes(Service.DNS)
                        .map(node -> node.name().toString())
                        .toList());
        model.addAttribute("client", client);
        model.addAttribute("type", "AAAA".equals(type) ? "AAAA" : "A");
        model.addAttribute("nameServer", nameServer);
        if (client != null && !client.isBlank()) {
            Reply<Explanation> explained = explain(viewing, domain, client.strip(), type, nameServer);
            model.addAttribute("explanation", explained.value());
            Stream.ofNullable(explained.problem()).forEach(problems::add);
        }
        model.addAttribute("problems", problems);
        return "domains/domain";
    }

    private Reply<Explanation> explain(
            Viewing viewing, Domain domain, String client, @Nullable String type, @Nullable String nameServer) {
        String address;
        try {
            address = InetAddress.ofLiteral(client).getHostAddress();
        } catch (IllegalArgumentException e) {
            return Reply.failed(new Problem(
                    "“" + client + "” is no address.",
                    "Nothing was asked.",
                    "Type the address of a resolver or user, as in 127.0.21.1 or 2001:db8::1."));
        }
        NodeName asked = viewing.tree()
                .nodes(Service.DNS)
                .map(Node::name)
                .filter(node -> node.toString().equals(nameServer))
                .findFirst()
                .orElse(null);
        return fleet.explain(asked, domain.name(), address, "AAAA".equals(type) ? "AAAA" : "A")
                .join()
                .map(Explanation::of);
    }

    private static ServerLine line(CustomerServer server, List<Domain> domains, List<Watched> watched) {
        Map<String, Watched> byTarget =
                watched.stream().collect(Collectors.toMap(Watched::target, Function.identity(), (a, b) -> a));
        List<Watched> own = domains.stream()
                .map(domain -> TargetId.of(server, domain.name()))
                .flatMap(target -> Stream.of(target, target.overIpv6()))
                .map(target -> byTarget.get(target.text()))
                .filter(Objects::nonNull)
                .toList();
        return new ServerLine(
                server,
                State.together(own.stream().map(w -> State.of(w.state())).toList()),
                own.stream()
                        .map(Watched::responseMs)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null),
                own.stream()
                        .map(DomainsController::reason)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null));
    }

    private static @Nullable String reason(Watched target) {
        String reason = target.reason();
        return reason != null && new TargetId(target.target()).isOverIpv6() ? "over IPv6: " + reason : reason;
    }

    /** A check in words. */
    static String words(Check check) {
        return switch (check) {
            case Check.Http http ->
                http.request().method() + " " + http.request().path() + " answers "
                        + http.expected().status()
                        + http.expected()
                                .text()
                                .map(text -> " with “" + text + "”")
                                .orElse("")
                        + http.expected()
                                .regex()
                                .map(regex -> " matching " + regex)
                                .orElse("")
                        + http.expected()
                                .sha256()
                                .map(hash -> " with its known content")
                                .orElse("");
            case Check.Ftp ftp -> "FTP gives " + ftp.path().orElse("a login");
            case Check.Hls hls -> "the stream " + hls.request().path() + " plays";
            case Check.Media media -> media.request().path() + " plays";
            case Check.Tcp tcp -> "port " + tcp.port() + " accepts connections";
        };
    }
}
