package org.popnet.local;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.popnet.local.process.Health;
import org.popnet.local.process.Installation;
import org.popnet.local.process.NetworkProcesses;
import org.popnet.local.process.ProcessSpec;
import org.popnet.local.state.Instance;
import org.popnet.local.state.Preparation;
import org.popnet.local.state.PreparedNetwork;
import org.popnet.local.state.StateDirectory;
import org.popnet.platform.tree.NetworkTree;

/** What network, where, and how much of it. */
public final class LocalNetworkBuilder {
    Installation installation = Installation.find();
    private Instance instance = Instance.REAL;
    private @Nullable Path state;
    private @Nullable Path configRepository;
    private Optional<String> tree = Optional.empty();
    Predicate<String> nodes = name -> true;
    Predicate<String> demo = name -> true;
    List<String> jvmOptions = List.of();
    boolean quickStart;
    List<String> launcher = List.of();
    Duration startTimeout = Duration.ofSeconds(90);
    Duration stopPatience = Duration.ofSeconds(15);
    Consumer<String> progress = line -> {};

    LocalNetworkBuilder() {}

    public LocalNetworkBuilder installation(Installation built) {
        this.installation = built;
        return this;
    }

    /** Test network {@code number} on 127.(100+number).x.y; without this it is the real one, on 127.0.x.y. */
    public LocalNetworkBuilder instance(int number) {
        this.instance = new Instance(number);
        return this;
    }

    /** Where everything is kept; {@code .popnet} in the project if not given, which only the real network may. */
    public LocalNetworkBuilder state(Path directory) {
        this.state = directory;
        return this;
    }

    /** What a first start takes its configuration from; the project's {@code config-repo} if not given. */
    public LocalNetworkBuilder configRepository(Path directory) {
        this.configRepository = directory;
        return this;
    }

    /** A tree in place of the repository's {@code network.yml}, written with addresses 127.0.x.y. */
    public LocalNetworkBuilder tree(String text) {
        this.tree = Optional.of(text);
        return this;
    }

    /** Starts only these nodes, by name, and nothing of the demo; the tree still has the others. */
    public LocalNetworkBuilder only(String... names) {
        List<String> chosen = List.of(names);
        this.nodes = chosen::contains;
        this.demo = name -> false;
        return this;
    }

    /** Whether customers' servers and users' resolvers are started too. */
    public LocalNetworkBuilder demo(boolean started) {
        this.demo = name -> started;
        return this;
    }

    /** Starts only these customers' servers and users' resolvers, by name: {@code west.customer1}, {@code paris}. */
    public LocalNetworkBuilder demo(String... names) {
        List<String> chosen = List.of(names);
        this.demo = chosen::contains;
        return this;
    }

    /** Options for every service's JVM; {@code {service}} stands for its key. */
    public LocalNetworkBuilder jvmOptions(String... options) {
        this.jvmOptions = List.of(options);
        return this;
    }

    /**
     * Edges and name servers without the JVM's optimizing compiler, as everything else is: the start takes less of
     * the processors, each request more.
     */
    public LocalNetworkBuilder quickStart(boolean wanted) {
        this.quickStart = wanted;
        return this;
    }

    /** What every service is started by: {@code nice -n 19}. */
    public LocalNetworkBuilder launcher(String... command) {
        this.launcher = List.of(command);
        return this;
    }

    /** How long a process that was asked to end may take until it is killed. */
    public LocalNetworkBuilder stopPatience(Duration patience) {
        this.stopPatience = patience;
        return this;
    }

    /** How long a single process may take until it is up. */
    public LocalNetworkBuilder startTimeout(Duration timeout) {
        this.startTimeout = timeout;
        return this;
    }

    /** Told, in short lines, what is going on. */
    public LocalNetworkBuilder progress(Consumer<String> listener) {
        this.progress = listener;
        return this;
    }

    /**
     * Makes the state ready and starts nothing yet.
     *
     * @throws org.popnet.platform.tree.InvalidTreeException if the tree has mistakes
     */
    public LocalNetwork prepare() {
        Path source = configRepository != null ? configRepository : installation.configRepository();
        return new LocalNetwork(this, preparation().prepare(source, tree), false);
    }

    /**
     * The network that was prepared before, perhaps started by another process: to look at, not to start.
     *
     * @throws IllegalStateException if there is none
     */
    public LocalNetwork attach() {
        return new LocalNetwork(this, preparation().load(), true);
    }

    /** What the processes of this network would be, with this tree; nothing needs to be prepared for that. */
    public List<ProcessSpec> processes(NetworkTree tree) {
        NetworkProcesses all = new NetworkProcesses(
                new PreparedNetwork(stateDirectory(), instance, tree, List.of(), Map.of()),
                installation,
                launcher,
                jvmOptions,
                quickStart,
                node -> () -> Health.SILENT);
        return Stream.concat(all.nodes().stream(), all.demo().stream()).toList();
    }

    private Preparation preparation() {
        if (state == null && !instance.isReal()) {
            throw new IllegalStateException("a test network needs a state directory of its own");
        }
        return new Preparation(stateDirectory(), instance, InstantSource.system());
    }

    private StateDirectory stateDirectory() {
        return new StateDirectory(state != null ? state : installation.home().resolve(".popnet"));
    }

    /** Makes the state ready, starts everything and waits until it is up. */
    public LocalNetwork start() throws InterruptedException {
        LocalNetwork network = prepare();
        network.start();
        return network;
    }
}
