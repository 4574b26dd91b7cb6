package org.popnet.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.popnet.local.process.Database;
import org.popnet.local.process.Health;
import org.popnet.local.process.HealthChecks;
import org.popnet.local.process.Installation;
import org.popnet.local.process.NetworkProcesses;
import org.popnet.local.process.ProcessSpec;
import org.popnet.local.process.StartFiles;
import org.popnet.local.state.Instance;
import org.popnet.local.state.Login;
import org.popnet.local.state.OwnAddresses;
import org.popnet.local.state.Preparation;
import org.popnet.local.state.PreparedNetwork;
import org.popnet.local.state.StateDirectory;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.identity.NetworkTls;

/**
 * The network of {@code docker-compose.yml}: its state is made here, in a volume that the containers share; Docker starts
 * and stops them.
 */
public final class Staging {
    /** Where a service lies in its image, extracted. */
    private static final Path APPLICATION = Path.of("/opt/popnet/application.jar");

    private final StateDirectory state;
    private final Instance instance;

    /** @param instance of the compose network's addresses */
    public Staging(StateDirectory state, Instance instance) {
        this.state = state;
        this.instance = instance;
    }

    /**
     * Makes what all containers need. What is there already is kept.
     *
     * @param configRepository what a first start takes its configuration from
     * @param postgres {@code host:port}
     */
    public void prepare(Path configRepository, String postgres) throws IOException {
        String tree = OwnAddresses.give(Files.readString(configRepository.resolve("network.yml")));
        PreparedNetwork network =
                new Preparation(state, instance, InstantSource.system()).prepare(configRepository, Optional.of(tree));
        Preparation.writeNodeFiles(network, postgres);
        StartFiles.write(network, APPLICATION, state.root().resolve("start"));
        Files.createDirectories(state.content());
    }

    /** Writes what a new PostgreSQL has to be told: {@code roles.sql}, and its superuser's {@code password}. */
    public void prepareDatabase(Path directory) throws IOException {
        Preparation.keepPassword(directory.resolve("password"));
        Files.writeString(directory.resolve("roles.sql"), Database.script(load().databasePasswords()));
    }

    /**
     * Gives the nodes' files to the user whom the containers run as. The authority's key, the operator's and the
     * database passwords stay with the user who prepares.
     */
    public void giveTo(int user) throws IOException {
        Files.setPosixFilePermissions(state.root(), PosixFilePermissions.fromString("rwx--x--x"));
        for (Path own : List.of(state.authority(), state.operator(), state.postgres())) {
            Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwx------"));
        }
        for (Path given :
                List.of(state.root().resolve("nodes"), state.configRepository(), state.content(), state.logins())) {
            try (Stream<Path> paths = Files.walk(given)) {
                for (Path path : (Iterable<Path>) paths::iterator) {
                    Files.setAttribute(path, "unix:uid", user, LinkOption.NOFOLLOW_LINKS);
                }
            }
        }
    }

    public List<Login> logins() {
        return load().logins();
    }

    /** How every node and every machine of the demo is, asked now from this container. */
    public List<ProcessStatus> status() throws UnknownHostException {
        PreparedNetwork network = load();
        try (ControlHttp operator = new ControlHttp(NetworkTls.client(state.operator()), InetAddress.getLocalHost())) {
            NetworkProcesses all =
                    new NetworkProcesses(network, Installation.find(), node -> HealthChecks.node(operator, node));
            List<ProcessSpec> specs =
                    Stream.concat(all.nodes().stream(), all.demo().stream()).toList();
            Map<String, Health> health = RollCall.of(specs);
            return specs.stream()
                    .map(s -> ProcessStatus.of(s, null, health.getOrDefault(s.name(), Health.SILENT)))
                    .toList();
        }
    }

    private PreparedNetwork load() {
        return new Preparation(state, instance, InstantSource.system()).load();
    }
}
