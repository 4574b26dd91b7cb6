package org.popnet.local.process;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.popnet.local.process.ProcessSpec.Port;
import org.popnet.local.process.ProcessSpec.Protocol;
import org.popnet.local.state.PreparedNetwork;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Ports;
import org.popnet.platform.tree.Service;

/** What the processes of a network are: a list made from its tree, the demo's machines included. */
public final class NetworkProcesses {
    private static final String CUSTOMER_SERVER = "org.popnet.local.demo.CustomerServer";
    private static final String RESOLVER = "org.popnet.local.demo.SimulatedResolver";
    /** The demo customer whose servers speak FTP too. */
    private static final String FTP_CUSTOMER = "customer2";

    private static final int FTP_PORT = 2121;

    private final PreparedNetwork network;
    private final Installation installation;
    private final List<String> launcher;
    private final List<String> jvmOptions;
    private final boolean quickStart;
    private final Function<Node, HealthCheck> nodeHealth;

    /**
     * @param launcher what every service is started by, before {@code java}; usually nothing
     * @param jvmOptions added to every service's, last
     * @param quickStart whether edges and name servers go without the optimizing compiler too
     * @param nodeHealth asks a node's control port
     */
    public NetworkProcesses(
            PreparedNetwork network,
            Installation installation,
            List<String> launcher,
            List<String> jvmOptions,
            boolean quickStart,
            Function<Node, HealthCheck> nodeHealth) {
        this.network = network;
        this.installation = installation;
        this.launcher = List.copyOf(launcher);
        this.jvmOptions = List.copyOf(jvmOptions);
        this.quickStart = quickStart;
        this.nodeHealth = nodeHealth;
    }

    /**
     * With nothing added to how services are started.
     *
     * @param nodeHealth asks a node's control port
     */
    public NetworkProcesses(
            PreparedNetwork network, Installation installation, Function<Node, HealthCheck> nodeHealth) {
        this(network, installation, List.of(), List.of(), false, nodeHealth);
    }

    /** The nodes of the tree, in its order. */
    public List<ProcessSpec> nodes() {
        return network.tree().nodes().values().stream().map(this::node).toList();
    }

    /** The customers' servers and the users' resolvers; those of them that this build can start. */
    public List<ProcessSpec> demo() {
        List<ProcessSpec> specs = new ArrayList<>();
        if (isBuilt(RESOLVER)) {
            Place.ALL.forEach(place -> specs.add(resolver(place)));
        }
        if (isBuilt(CUSTOMER_SERVER)) {
            for (Customer customer : network.tree().customers().values()) {
                customer.servers().values().forEach(server -> specs.add(customerServer(server)));
            }
        }
        return specs;
    }

    private ProcessSpec node(Node node) {
        String name = node.name().toString();
        return new ProcessSpec(
                name,
                node.name().pop(),
                node.service().key(),
                node.address(),
                ports(node),
                () -> command(node),
                network.state().node(name),
                network.state().log(name),
                nodeHealth.apply(node));
    }

    private List<String> command(Node node) {
        List<String> command = new ArrayList<>(launcher);
        command.add(Installation.java().toString());
        command.addAll(JvmOptions.of(node.service(), quickStart));
        Path aotCache = installation.aotCache(node.service());
        if (Files.exists(aotCache)) {
            command.add("-XX:AOTCache=" + aotCache);
        }
        command.addAll(jvmOptions.stream()
                .map(option -> option.replace("{service}", node.service().key()))
                .toList());
        command.add("-jar");
        command.add(installation.application(node.service()).toString());
        command.add("--popnet.node-file="
                + network.state().nodeProperties(node.name().toString()));
        return command;
    }

    private static List<Port> ports(Node node) {
        Ports ports = node.ports();
        List<Port> used = new ArrayList<>();
        used.add(new Port(Protocol.TCP, ports.control()));
        if (node.service() != Service.ADMIN && node.service() != Service.NETVIEW) {
            used.add(new Port(Protocol.UDP, ports.datagram()));
        }
        switch (node.service()) {
            case DNS -> {
                used.add(new Port(Protocol.TCP, ports.dns()));
                used.add(new Port(Protocol.UDP, ports.dns()));
            }
            case EDGE_CACHE -> {
                used.add(new Port(Protocol.TCP, ports.http()));
                used.add(new Port(Protocol.TCP, ports.https()));
            }
            case ORIGIN_FETCH -> used.add(new Port(Protocol.TCP, ports.fetch()));
            case NETVIEW -> used.add(new Port(Protocol.TCP, ports.http()));
            case PROBE, LOG, ADMIN -> {}
        }
        return used;
    }

    private ProcessSpec customerServer(CustomerServer server) {
        String name = server.name() + "." + server.customer();
        List<String> arguments = new ArrayList<>(List.of(
                "--customer", server.customer(),
                "--name", server.name(),
                "--address", server.address().getHostAddress(),
                "--port", Integer.toString(server.port()),
                "--tree", network.state().tree().toString(),
                "--content", network.state().content().toString()));
        List<Port> ports = new ArrayList<>(List.of(new Port(Protocol.TCP, server.port())));
        if (server.customer().equals(FTP_CUSTOMER)) {
            arguments.addAll(List.of("--ftp", Integer.toString(FTP_PORT)));
            ports.add(new Port(Protocol.TCP, FTP_PORT));
        }
        Place.ofCustomerServer(server.name())
                .ifPresent(place -> arguments.addAll(List.of("--delays", place.delays(network.tree()))));
        return demo(
                name,
                server.customer(),
                "customer-server",
                server.address(),
                ports,
                CUSTOMER_SERVER,
                arguments,
                HealthChecks.acceptsConnections(new InetSocketAddress(server.address(), server.port())));
    }

    private ProcessSpec resolver(Place place) {
        InetAddress address = place.resolverAddress(network.instance());
        NetworkTree tree = network.tree();
        String nameServers = tree.nodes(Service.DNS)
                .map(n -> n.address().getHostAddress() + ":" + n.ports().dns())
                .collect(Collectors.joining(","));
        int port = tree.latencyTargets().port();
        return demo(
                place.name(),
                "internet",
                "resolver",
                address,
                List.of(new Port(Protocol.UDP, port)),
                RESOLVER,
                List.of(
                        "--name", place.name(),
                        "--address", address.getHostAddress(),
                        "--port", Integer.toString(port),
                        "--name-servers", nameServers,
                        "--delays", place.delays(tree)),
                HealthChecks.answersDns(new InetSocketAddress(address, port), tree.zone()));
    }

    private ProcessSpec demo(
            String name,
            String owner,
            String service,
            InetAddress address,
            List<Port> ports,
            String mainClass,
            List<String> arguments,
            HealthCheck health) {
        List<String> command = new ArrayList<>();
        command.add(Installation.java().toString());
        command.addAll(JvmOptions.DEMO);
        command.addAll(List.of("-cp", Installation.classPath(), mainClass));
        command.addAll(arguments);
        return new ProcessSpec(
                name,
                owner,
                service,
                address,
                ports,
                () -> command,
                network.state().root(),
                network.state().log(name),
                health);
    }

    private static boolean isBuilt(String mainClass) {
        return NetworkProcesses.class.getResource("/" + mainClass.replace('.', '/') + ".class") != null;
    }
}
