package org.popnet.local;

import java.net.InetAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.DoublePredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.popnet.local.control.Metrics;
import org.popnet.local.fault.LoopbackFaults;
import org.popnet.local.process.BusyPorts;
import org.popnet.local.process.Database;
import org.popnet.local.process.Health;
import org.popnet.local.process.HealthChecks;
import org.popnet.local.process.Installation;
import org.popnet.local.process.Ledger;
import org.popnet.local.process.LocalProcess;
import org.popnet.local.process.NetworkProcesses;
import org.popnet.local.process.ProcessSpec;
import org.popnet.local.process.ProcessSpec.Port;
import org.popnet.local.process.ProcessSpec.Protocol;
import org.popnet.local.process.StartException;
import org.popnet.local.state.Instance;
import org.popnet.local.state.Login;
import org.popnet.local.state.Preparation;
import org.popnet.local.state.PreparedNetwork;
import org.popnet.local.state.StateDirectory;
import org.popnet.platform.control.ControlException;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.identity.NetworkTls;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Service;

/**
 * A whole network on this machine, every service a process of its own on loopback addresses: what {@code ./popnet up}
 * runs, and the fixture of tests, which add kills, pauses, cuts and losses. Several run side by side as instances on
 * addresses of their own.
 *
 * <p>Names of processes are those of {@link #status}: {@code edge1.westusa}, {@code west.customer1}, {@code california}.
 */
public final class LocalNetwork implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final PreparedNetwork network;
    private final boolean attached;
    private final Installation installation;
    private final ControlHttp operator;
    private final Ledger ledger;
    private final LoopbackFaults faults;
    private final Consumer<String> progress;
    private final Duration startTimeout;
    private final Duration stopPatience;
    private final Map<String, ProcessSpec> specs = new LinkedHashMap<>();
    private final Map<String, LocalProcess> processes = new ConcurrentHashMap<>();
    private @Nullable Database database;
    /** 0 for a free one; the same as before once it has run. */
    private int databasePort;

    private final Thread endWithJvm = new Thread(this::close, "end of the network");
    private volatile boolean closed;

    LocalNetwork(LocalNetworkBuilder builder, PreparedNetwork network, boolean attached) {
        this.network = network;
        this.attached = attached;
        this.installation = builder.installation;
        this.progress = builder.progress;
        this.startTimeout = builder.startTimeout;
        this.stopPatience = builder.stopPatience;
        this.operator =
                new ControlHttp(NetworkTls.client(network.state().operator()), InetAddress.getLoopbackAddress());
        this.ledger = new Ledger(network.state().processes());
        this.faults = new LoopbackFaults(network.instance());
        this.databasePort = network.instance().isReal() ? Database.PORT : 0;
        NetworkProcesses all = new NetworkProcesses(
                network,
                installation,
                builder.launcher,
                builder.jvmOptions,
                builder.quickStart,
                node -> HealthChecks.node(operator, node));
        Stream.concat(
                        all.nodes().stream().filter(s -> builder.nodes.test(s.name())),
                        all.demo().stream().filter(s -> builder.demo.test(s.name())))
                .forEach(spec -> specs.put(spec.name(), spec));
    }

    public static LocalNetworkBuilder builder() {
        return new LocalNetworkBuilder();
    }

    /**
     * Starts whatever does not run, in the order in which they need each other, and waits until all of it is up. If a
     * part fails, everything started so far is stopped.
     *
     * @throws StartException if a port is busy, or a process does not come up
     */
    public void start() throws InterruptedException {
        if (attached) {
            throw new IllegalStateException("another process holds this network");
        }
        boolean fresh = processes.isEmpty();
        if (fresh) {
            Runtime.getRuntime().addShutdownHook(endWithJvm);
            ledger.endLeftovers(stopPatience);
        }
        try {
            List<ProcessSpec> missing =
                    specs.values().stream().filter(s -> !isAlive(s.name())).toList();
            requireFreePorts(missing);
            startDatabase();
            new StartOrder(missing).start(this::startProcess);
        } catch (StartException | InterruptedException e) {
            if (fresh) {
                close();
            }
            throw e;
        }
    }

    private void requireFreePorts(List<ProcessSpec> missing) {
        List<String> busy = new ArrayList<>(BusyPorts.of(missing));
        if (database == null && network.instance().isReal() && needsDatabase()) {
            BusyPorts.problem(InetAddress.getLoopbackAddress(), new Port(Protocol.TCP, Database.PORT))
                    .ifPresent(why -> busy.add(Database.NAME + ": " + why));
        }
        if (!busy.isEmpty()) {
            throw new StartException("ports that the network needs are taken:\n  " + String.join("\n  ", busy)
                    + "\nStop what holds them, then start again.");
        }
    }

    private boolean needsDatabase() {
        return network.tree().nodes().values().stream()
                .filter(n -> specs.containsKey(n.name().toString()))
                .map(Node::service)
                .anyMatch(s -> s == Service.ADMIN || s == Service.LOG || s == Service.NETVIEW);
    }

    private void startDatabase() {
        if (database == null && needsDatabase()) {
            database = Database.start(
                    installation,
                    network.state().postgres(),
                    network.state().log(Database.NAME),
                    databasePort,
                    network.databasePasswords());
            databasePort = database.port();
            database.process().ifPresent(handle -> ledger.add(Database.NAME, handle));
            progress.accept(Database.NAME + " is up");
        }
        Preparation.writeNodeFiles(network, database == null ? Database.PORT : database.port());
    }

    private void startProcess(ProcessSpec spec) throws InterruptedException {
        if (closed) {
            throw new StartException("stopped while starting " + spec.name());
        }
        LocalProcess process = LocalProcess.start(spec);
        processes.put(spec.name(), process);
        ledger.add(spec.name(), process.handle());
        process.awaitUp(startTimeout);
        progress.accept(String.format(
                Locale.ROOT, "%s is up after %.1f s", spec.name(), process.age().toMillis() / 1000.0));
    }

    /** Starts one process that is not running, and waits until it is up. */
    public void start(String name) throws InterruptedException {
        if (name.equals(Database.NAME)) {
            startDatabase();
            return;
        }
        ProcessSpec spec = spec(name);
        if (!isAlive(name)) {
            startProcess(spec);
        }
    }

    /** Asks a process to end, and waits until it has. */
    public void stop(String name) throws InterruptedException {
        process(name).stop(stopPatience);
        ledger.remove(name);
    }

    /** SIGKILL. */
    public void kill(String name) throws InterruptedException {
        if (name.equals(Database.NAME)) {
            runningDatabase().kill();
            database = null;
        } else {
            process(name).kill();
        }
        ledger.remove(name);
    }

    /** SIGSTOP: it keeps its sockets and does nothing. */
    public void pause(String name) throws InterruptedException {
        process(name).signal("STOP");
    }

    /** SIGCONT. */
    public void resume(String name) throws InterruptedException {
        process(name).signal("CONT");
    }

    /**
     * Nothing passes any more between this process's address and the rest of the network.
     *
     * @throws org.popnet.local.fault.FaultUnavailableException without root and nft
     */
    public void cutOff(String name) {
        faults.cutOff(spec(name).address());
    }

    /** Undoes cuts and losses of this process's address. */
    public void heal(String name) {
        faults.heal(spec(name).address());
    }

    /** Drops that many percent of the packets from one process's address to the other's. */
    public void lose(String from, String to, int percent) {
        faults.lose(spec(from).address(), spec(to).address(), percent);
    }

    public NetworkTree tree() {
        return network.tree();
    }

    public Instance instance() {
        return network.instance();
    }

    public StateDirectory state() {
        return network.state();
    }

    public List<Login> logins() {
        return network.logins();
    }

    /** @throws IllegalArgumentException if the tree has no such node */
    public Node node(String name) {
        return network.tree()
                .node(NodeName.of(name))
                .orElseThrow(() -> new IllegalArgumentException("no node " + name + " in the tree"));
    }

    /** Calls to control ports with the operator's certificate. */
    public ControlHttp operator() {
        return operator;
    }

    /** A look into the tables, as PostgreSQL's superuser. */
    public Connection database() throws SQLException {
        return runningDatabase().connect();
    }

    private Database runningDatabase() {
        if (database == null) {
            throw new IllegalStateException("this network has no PostgreSQL running");
        }
        return database;
    }

    /** Whether this process runs; one that another process started counts too. */
    private boolean isAlive(String name) {
        LocalProcess process = processes.get(name);
        return process != null && process.isAlive();
    }

    /**
     * How every process of the network is, asked now and all at the same time; whoever started them.
     */
    public List<ProcessStatus> status() {
        Map<String, Long> pids = new LinkedHashMap<>();
        ledger.entries().forEach(e -> e.handle().ifPresent(h -> pids.put(e.name(), h.pid())));
        List<ProcessStatus> status = new ArrayList<>();
        if (needsDatabase()) {
            Long pid = pids.get(Database.NAME);
            String state = pid == null ? "DOWN" : "UP";
            status.add(new ProcessStatus(Database.NAME, "hq", Database.NAME, pid, "127.0.0.1", state, null));
        }
        Map<String, Health> health = RollCall.of(
                specs.values().stream().filter(s -> pids.containsKey(s.name())).toList());
        for (ProcessSpec spec : specs.values()) {
            status.add(ProcessStatus.of(spec, pids.get(spec.name()), health.getOrDefault(spec.name(), Health.DOWN)));
        }
        return status;
    }

    /** Waits until every process that this network started and did not stop is up. */
    public void awaitHealthy(Duration timeout) throws InterruptedException {
        for (ProcessSpec spec : specs.values()) {
            if (isAlive(spec.name())) {
                process(spec.name()).awaitUp(timeout);
            }
        }
    }

    /** What a node's {@code /actuator/prometheus} says now. */
    public Metrics metrics(String node) {
        HttpResponse<String> answer = operator.send(
                HttpRequest.newBuilder(ControlHttp.uri(node(node).controlAddress(), "/actuator/prometheus")));
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(node + " answered " + answer.statusCode() + " for its metrics");
        }
        return Metrics.parse(answer.body());
    }

    /**
     * Waits until the sum of a metric over all its labels is as wanted.
     *
     * @param metric in Prometheus' spelling: {@code popnet_dns_queries_total}
     * @throws AssertionError if it is not in time, with the last value
     */
    public void awaitMetric(String node, String metric, DoublePredicate wanted, Duration timeout)
            throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        double last = Double.NaN;
        while (System.nanoTime() - deadline < 0) {
            try {
                last = metrics(node).sum(metric);
                if (wanted.test(last)) {
                    return;
                }
            } catch (ControlException e) {
                // not reachable now; perhaps later
            }
            Thread.sleep(POLL);
        }
        throw new AssertionError(metric + " of " + node + " is " + last + " after " + timeout);
    }

    /**
     * Gives every running config source this tree, as the admin service would, and commits it to the network's
     * repository.
     *
     * @param text with this instance's addresses; keys are added
     * @return the new generation
     */
    public Generation putTree(String text) {
        return new TreePut(network, operator, this::isAlive).put(text);
    }

    private ProcessSpec spec(String name) {
        ProcessSpec spec = specs.get(name);
        if (spec == null) {
            throw new IllegalArgumentException("no process " + name + ": there are " + specs.keySet());
        }
        return spec;
    }

    private LocalProcess process(String name) {
        LocalProcess process = processes.get(spec(name).name());
        if (process == null) {
            throw new IllegalStateException(name + " was not started");
        }
        return process;
    }

    /** Stops everything that was started here, the admin service and PostgreSQL last. The state stays. */
    @Override
    public synchronized void close() {
        if (attached) {
            operator.close();
            return;
        }
        closed = true;
        faults.close();
        try {
            Parallel.each(
                    processes.values().stream()
                            .filter(p -> !p.spec().service().equals(Service.ADMIN.key()))
                            .toList(),
                    p -> p.stop(stopPatience));
            Parallel.each(processes.values(), p -> p.stop(stopPatience));
        } finally {
            processes.clear();
            if (database != null) {
                database.close();
                database = null;
            }
            ledger.clear();
            operator.close();
            forgetHook();
        }
    }

    private void forgetHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(endWithJvm);
        } catch (IllegalStateException e) {
            // the JVM is ending: this is the hook
        }
    }
}
