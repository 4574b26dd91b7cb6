package org.popnet.local.training;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.popnet.local.LocalNetwork;
import org.popnet.local.LocalNetworkBuilder;
import org.popnet.local.process.Installation;
import org.popnet.local.process.StartException;
import org.popnet.local.state.Instance;
import org.popnet.local.testing.Capability;
import org.popnet.local.visit.Crowd;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Service;
import org.popnet.platform.tree.TreeParser;

/**
 * Runs one node of each service in a network of its own, sends it some requests, and ends it: at its end each JVM writes
 * what it has loaded and linked into an ahead-of-time cache (JEP 483, JEP 514), from which later ones start. Low priority
 * throughout.
 */
public final class Training {
    private static final int INSTANCE = Instance.NUMBER_MAX;
    /** A second JVM assembles the cache after the first has done its work. */
    private static final Duration ASSEMBLY = Duration.ofMinutes(5);

    /** Generous: at this priority a node gets hardly any processor time while others work. */
    private static final Duration START = Duration.ofMinutes(10);

    private static final Duration REQUESTS = Duration.ofSeconds(8);
    private static final int REQUESTS_PER_S = 30;

    private final Installation installation;

    public Training(Installation installation) {
        this.installation = installation;
    }

    /** The services whose cache is missing, or older than their last build. */
    public List<Service> missing() {
        return Arrays.stream(Service.values())
                .filter(s -> !Files.exists(installation.aotCache(s)))
                .toList();
    }

    /**
     * Makes the caches that are missing; all of them, since one run trains all.
     *
     * @return how many were made; 0 if none was missing
     * @throws StartException if the network for training does not start, or a JVM wrote no cache
     */
    public int run(Consumer<String> progress) throws IOException, InterruptedException {
        Path run = Files.createDirectories(installation.home().resolve("target/run"));
        try (FileChannel file = FileChannel.open(
                        run.resolve("training.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.lock()) {
            List<Service> missing = lock.isValid() ? missing() : List.of();
            if (missing.isEmpty()) {
                return 0;
            }
            Path state = run.resolve("training");
            delete(state);
            delete(run.resolve("training-caches"));
            Path fresh = Files.createDirectories(run.resolve("training-caches"));
            train(state, fresh, progress);
            publish(fresh);
            delete(fresh);
            delete(state);
            return Service.values().length;
        }
    }

    private void train(Path state, Path fresh, Consumer<String> progress) throws IOException, InterruptedException {
        Path tree = installation.configRepository().resolve("network.yml");
        String[] nodes = oneOfEach(TreeParser.parse(tree.toString(), Files.readString(tree)));
        LocalNetworkBuilder builder = LocalNetwork.builder()
                .installation(installation)
                .instance(INSTANCE)
                .state(state)
                .only(nodes)
                .demo(true)
                .jvmOptions("-XX:AOTCacheOutput=" + fresh.resolve("{service}.aot"))
                .startTimeout(START)
                .stopPatience(ASSEMBLY)
                .progress(line -> progress.accept("training: " + line));
        if (Capability.onPath("nice")) {
            builder.launcher("nice", "-n", "19");
        }
        try (LocalNetwork network = builder.start();
                Crowd crowd = new Crowd(network.instance(), network.tree(), new Random(1))) {
            progress.accept("training: requests");
            if (crowd.discover() > 0) {
                crowd.play(REQUESTS, REQUESTS_PER_S, done -> {});
            }
            progress.accept("training: the JVMs assemble their caches");
        }
    }

    private void publish(Path fresh) throws IOException {
        List<String> absent = new ArrayList<>();
        for (Service service : Service.values()) {
            Path cache = fresh.resolve(service.key() + ".aot");
            if (Files.exists(cache)) {
                Files.move(cache, installation.aotCache(service), StandardCopyOption.REPLACE_EXISTING);
            } else {
                absent.add(service.key());
            }
        }
        if (!absent.isEmpty()) {
            throw new StartException("no ahead-of-time cache came out for " + String.join(", ", absent));
        }
    }

    /** The first node of each service. */
    private static String[] oneOfEach(NetworkTree tree) {
        return Arrays.stream(Service.values())
                .flatMap(service -> tree.nodes(service).limit(1))
                .map(Node::name)
                .map(Object::toString)
                .toArray(String[]::new);
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> paths = Files.walk(directory)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
