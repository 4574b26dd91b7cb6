package org.popnet.local.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.popnet.local.process.BusyPorts;
import org.popnet.local.process.Installation;
import org.popnet.local.testing.Capability;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.TreeParser;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
            "Looks whether this machine has what the network needs, and says what to do where it does not.",
            "The exit code is 0 if up can work; what only some tests or measurements need does not count."
        })
final class DoctorCommand implements Callable<Integer> {
    private static final long DISK_BYTES_MIN = 3L << 30;
    private static final List<String> PEERS = List.of(
            "dnsperf", "nsd", "knotd", "gdnsd", "pdns_server", "nginx", "varnishd", "traffic_server", "wrk", "h2load");

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Popnet popnet;

    private boolean well = true;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = popnet.out();
        Installation installation = Installation.find();
        needed(
                out,
                "JDK",
                Runtime.version().feature() >= 25,
                Runtime.version() + ", " + System.getProperty("java.home"),
                "");
        long memory = Machine.memoryAvailableBytes();
        needed(
                out,
                "memory",
                memory >= Machine.MEMORY_BYTES_MIN,
                String.format("%.1f GB free", memory / 1e9),
                "the network needs about 5 GB: end something, or use ./popnet up --force");
        long disk = Files.getFileStore(installation.home()).getUsableSpace();
        needed(
                out,
                "disk",
                disk >= DISK_BYTES_MIN,
                String.format("%.1f GB free", disk / 1e9),
                "the build, caches and logs need about 3 GB");
        tree(out, installation);
        postgres(out);
        optional(
                out,
                "git",
                Capability.onPath("git") ? Optional.empty() : Optional.of("only needed to clone and commit"));
        for (Capability capability : Capability.values()) {
            optional(out, capability.key(), capability.missing().map(why -> why + " (some tests are skipped)"));
        }
        List<String> missing = PEERS.stream().filter(p -> !onAnyPath(p)).toList();
        optional(
                out,
                "peers",
                missing.isEmpty()
                        ? Optional.empty()
                        : Optional.of("not installed, so not measured against: " + String.join(", ", missing)));
        out.println(well ? "\n./popnet up can work here." : "\n./popnet up cannot work here yet.");
        out.flush();
        return well ? 0 : 1;
    }

    private void tree(PrintWriter out, Installation installation) throws IOException {
        Path file = popnet.state().isPrepared()
                ? popnet.state().tree()
                : installation.configRepository().resolve("network.yml");
        NetworkTree tree;
        try {
            tree = TreeParser.parse(file.toString(), popnet.instance().translate(Files.readString(file)));
        } catch (RuntimeException | IOException e) {
            needed(out, "tree", false, "", file + ": " + Problems.sentence(e));
            return;
        }
        needed(out, "tree", true, file.toString(), "");
        aliases(out, tree);
        if (Supervisor.isRunning(popnet.state())) {
            needed(out, "ports", true, "held by the running network", "");
        } else {
            List<String> busy = BusyPorts.of(popnet.network().processes(tree));
            needed(out, "ports", busy.isEmpty(), "free", String.join("; ", busy));
        }
    }

    /** Linux answers on all of 127/8; elsewhere each address must be added. */
    private void aliases(PrintWriter out, NetworkTree tree) {
        List<InetAddress> missing = new ArrayList<>();
        Stream.concat(
                        tree.nodes().values().stream().map(n -> n.address()),
                        tree.customers().values().stream()
                                .flatMap(c -> c.servers().values().stream())
                                .map(s -> s.address()))
                .distinct()
                .filter(address -> !canBind(address))
                .forEach(missing::add);
        String fix = missing.isEmpty()
                ? ""
                : (Machine.isMac() ? "add each: " : "add them to the loopback interface: ")
                        + String.join(
                                "; ",
                                missing.stream()
                                        .map(a -> Machine.isMac()
                                                ? "sudo ifconfig lo0 alias " + a.getHostAddress() + " up"
                                                : Machine.isLinux()
                                                        ? "sudo ip address add " + a.getHostAddress() + "/8 dev lo"
                                                        : a.getHostAddress())
                                        .toList());
        needed(out, "addresses", missing.isEmpty(), "all can be bound", fix);
    }

    private static boolean canBind(InetAddress address) {
        try (ServerSocket socket = new ServerSocket(0, 1, address)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** PostgreSQL does not run as root; the embedded one drops privileges in a user namespace. */
    private void postgres(PrintWriter out) {
        boolean root = Capability.ROOT.missing().isEmpty();
        boolean works = !root || !Machine.isLinux() || unshareWorks();
        needed(
                out,
                "postgresql",
                works,
                root ? "runs in a user namespace" : "runs as this user",
                "root may not make user namespaces here (unshare -U): run as another user");
    }

    private static boolean unshareWorks() {
        try {
            return new ProcessBuilder("unshare", "-U", "true").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Daemons often lie where only root's PATH looks. */
    private static boolean onAnyPath(String program) {
        return Capability.onPath(program)
                || Files.isExecutable(Path.of("/usr/sbin", program))
                || Files.isExecutable(Path.of("/usr/local/sbin", program));
    }

    private void needed(PrintWriter out, String what, boolean good, String found, String otherwise) {
        well &= good;
        out.printf("%-4s %-11s %s%n", good ? "ok" : "BAD", what, good ? found : otherwise);
    }

    private static void optional(PrintWriter out, String what, Optional<String> missing) {
        out.printf("%-4s %-11s %s%n", missing.isEmpty() ? "ok" : "-", what, missing.orElse("found"));
    }
}
