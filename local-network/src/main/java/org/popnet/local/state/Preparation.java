package org.popnet.local.state;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.popnet.platform.settings.DurableFiles;
import org.popnet.platform.tree.InvalidTreeException;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Service;
import org.popnet.platform.tree.TreeParser;

/**
 * Makes a state directory from which a network can be started: authority, identities, the network's own configuration
 * repository, a node file for each node, passwords. What is there already is kept, so it can run before every start.
 */
public final class Preparation {
    /** The services that have a schema of their own in PostgreSQL. */
    private static final List<Service> WITH_DATABASE = List.of(Service.ADMIN, Service.LOG, Service.NETVIEW);

    private static final String TREE_FILE = "network.yml";

    private final StateDirectory state;
    private final Instance instance;
    private final Secrets secrets = new Secrets(new SecureRandom());
    private final InstantSource clock;

    public Preparation(StateDirectory state, Instance instance, InstantSource clock) {
        this.state = state;
        this.instance = instance;
        this.clock = clock;
    }

    /**
     * @param configRepository the directory that a first start takes its configuration from, {@code network.yml} included
     * @param treeText stands in for its {@code network.yml}, if given
     * @throws InvalidTreeException if the tree has mistakes; nothing was written then
     */
    public PreparedNetwork prepare(Path configRepository, Optional<String> treeText) {
        ConfigRepository repository = new ConfigRepository(state.configRepository());
        Map<String, String> files = repository.exists() ? Map.of() : initial(configRepository, treeText);
        String text = repository.exists() ? read(state.tree()) : tree(files, configRepository);
        NetworkTree tree = TreeParser.parse(TREE_FILE, text);

        state.create();
        Map<String, String> committed = new TreeMap<>(files);
        committed.put(TREE_FILE, TreeKeys.write(text, new Identities(state, clock).issue(tree)));
        repository.commit(committed, files.isEmpty() ? "keys of the nodes" : "the network as it starts");
        tree = TreeParser.parse(TREE_FILE, read(state.tree()));

        return withSecrets(tree);
    }

    /**
     * What was prepared before.
     *
     * @throws IllegalStateException if nothing was
     */
    public PreparedNetwork load() {
        if (!state.isPrepared()) {
            throw new IllegalStateException(state.root() + " holds no network: ./popnet up makes one");
        }
        return withSecrets(TreeParser.parse(TREE_FILE, read(state.tree())));
    }

    private PreparedNetwork withSecrets(NetworkTree tree) {
        String logins = Secrets.keep(state.logins(), () -> Login.format(Login.generate(tree, secrets)));
        return new PreparedNetwork(state, instance, tree, Login.parse(logins), databasePasswords());
    }

    /**
     * Commits a new tree to the running network's repository, with the keys that its nodes have.
     *
     * @throws InvalidTreeException if it has mistakes; nothing was written then
     */
    public static CommittedTree commitTree(StateDirectory state, String text) {
        NetworkTree tree = TreeParser.parse(TREE_FILE, text);
        String withKeys = TreeKeys.write(text, new Identities(state, InstantSource.system()).issue(tree));
        String commit =
                new ConfigRepository(state.configRepository()).commit(Map.of(TREE_FILE, withKeys), "a new tree");
        return new CommittedTree(withKeys, commit);
    }

    /** Writes a generated password into this file, readable by its owner only, if it is not there yet. */
    public static void keepPassword(Path file) {
        Secrets.keep(file, () -> new Secrets(new SecureRandom()).password() + "\n");
    }

    /** Writes the node files of a network whose PostgreSQL is on this machine. */
    public static void writeNodeFiles(PreparedNetwork network, int postgresPort) {
        writeNodeFiles(network, "localhost:" + postgresPort);
    }

    /**
     * Writes the node file of every node: what a process must know before it has a tree.
     *
     * @param postgres {@code host:port}
     */
    public static void writeNodeFiles(PreparedNetwork network, String postgres) {
        NetworkTree tree = network.tree();
        String nameServers = tree.nodes(Service.DNS)
                .map(n -> n.address().getHostAddress() + ":" + n.ports().dns())
                .collect(Collectors.joining(","));
        Optional<Node> admin = tree.nodes(Service.ADMIN).findFirst();
        for (Node node : tree.nodes().values()) {
            Map<String, String> settings = new LinkedHashMap<>();
            settings.put("popnet.node", node.name().toString());
            settings.put(
                    "popnet.state-directory",
                    network.state().node(node.name().toString()).toString());
            settings.put("popnet.address", node.address().getHostAddress());
            settings.put("popnet.control-port", Integer.toString(node.ports().control()));
            settings.put("popnet.zone", tree.zone());
            settings.put("popnet.name-servers", nameServers);
            admin.ifPresent(a -> settings.put(
                    "popnet.config-server",
                    "https://" + a.address().getHostAddress() + ":" + a.ports().control()));
            if (WITH_DATABASE.contains(node.service())) {
                String role = node.service().key();
                settings.put("spring.datasource.url", "jdbc:postgresql://" + postgres + "/popnet");
                settings.put("spring.datasource.username", role);
                settings.put(
                        "spring.datasource.password",
                        network.databasePasswords().getOrDefault(role, ""));
            }
            if (node.service() == Service.ADMIN) {
                settings.put(
                        "popnet.admin.repository.directory",
                        network.state().configRepository().toString());
            }
            if (node.service() == Service.NETVIEW) {
                settings.put(
                        "popnet.netview.bootstrap-users",
                        network.state().logins().toString());
            }
            write(network.state().nodeProperties(node.name().toString()), settings);
        }
    }

    private Map<String, String> initial(Path configRepository, Optional<String> treeText) {
        Map<String, String> files = new TreeMap<>();
        if (Files.isDirectory(configRepository)) {
            try (Stream<Path> paths = Files.walk(configRepository)) {
                for (Path path : paths.filter(Files::isRegularFile).toList()) {
                    String name = configRepository.relativize(path).toString();
                    if (!name.startsWith(".git")) {
                        files.put(name, instance.translate(Files.readString(path)));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read the configuration in " + configRepository, e);
            }
        }
        treeText.ifPresent(text -> files.put(TREE_FILE, instance.translate(text)));
        return files;
    }

    private static String tree(Map<String, String> files, Path configRepository) {
        String text = files.get(TREE_FILE);
        if (text == null) {
            throw new IllegalArgumentException(configRepository + " holds no " + TREE_FILE
                    + ": give the directory of a configuration repository, or a tree");
        }
        return text;
    }

    private Map<String, String> databasePasswords() {
        String text = Secrets.keep(state.postgres().resolve("passwords"), () -> WITH_DATABASE.stream()
                .map(service -> service.key() + "=" + secrets.password() + "\n")
                .collect(Collectors.joining()));
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> passwords = new TreeMap<>();
        properties.stringPropertyNames().forEach(role -> passwords.put(role, properties.getProperty(role)));
        return passwords;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private static void write(Path file, Map<String, String> settings) {
        String text = settings.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue().replace("\\", "\\\\") + "\n")
                .collect(Collectors.joining());
        try {
            Files.createDirectories(file.getParent());
            DurableFiles.write(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
