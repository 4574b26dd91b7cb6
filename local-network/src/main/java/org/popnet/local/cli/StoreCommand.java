package org.popnet.local.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.popnet.local.process.Installation;
import org.popnet.platform.tree.Service;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Runs the store tool of origin-fetch-service on the store of one of this network's nodes, or on any directory. */
@Command(
        name = "store",
        mixinStandardHelpOptions = true,
        description = {
            "Looks into the store on disk of an origin-fetch server: ls, show, verify, gc.",
            "ls, show and verify only read, and may be used while the node runs; gc",
            "deletes what is damaged or replaced, and refuses while it runs. Exits with 1",
            "if something is damaged or not there."
        })
final class StoreCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Popnet popnet;

    @Parameters(index = "0", paramLabel = "COMMAND", description = "ls, show, verify or gc")
    private String command = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "ID|URL",
            description = "show: an object's id, as ls prints it, or HOST/PATH")
    private @Nullable String object;

    @Option(names = "--node", paramLabel = "NODE", description = "Whose store: fetch1.westusa.")
    private @Nullable String node;

    @Option(names = "--directory", paramLabel = "DIR", description = "A store that is elsewhere.")
    private @Nullable Path directory;

    @Option(names = "--site", paramLabel = "NAME", description = "ls, verify: only this host name's.")
    private @Nullable String site;

    @Option(names = "--prefix", paramLabel = "PATH", description = "ls, verify: only paths that begin so.")
    private @Nullable String prefix;

    @Option(names = "--limit", paramLabel = "N", description = "ls: at most so many; 1,000 unless given.")
    private @Nullable Long limit;

    @Option(names = "--expired", description = "gc: also what may not be served any more.")
    private boolean expired;

    @Option(names = "--dry-run", description = "gc: say what would be deleted.")
    private boolean dryRun;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                Installation.java().toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                Installation.find().application(Service.ORIGIN_FETCH).toString(),
                "store",
                command,
                store().toString()));
        if (object != null) {
            arguments.add(object);
        }
        option(arguments, "--site", site);
        option(arguments, "--prefix", prefix);
        option(arguments, "--limit", limit);
        if (expired) {
            arguments.add("--expired");
        }
        if (dryRun) {
            arguments.add("--dry-run");
        }
        Process tool = new ProcessBuilder(arguments).redirectErrorStream(true).start();
        tool.getOutputStream().close();
        try (var lines = tool.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                popnet.out().println(line);
            }
        }
        popnet.out().flush();
        return tool.waitFor();
    }

    private Path store() {
        if ((directory == null) == (node == null)) {
            throw new IllegalArgumentException(
                    "store needs --node NODE (./popnet status lists them) or --directory DIR");
        }
        if (directory != null) {
            return directory;
        }
        Path store = popnet.state().node(String.valueOf(node)).resolve("fetch/store");
        if (!Files.isDirectory(store)) {
            throw new IllegalArgumentException(
                    store + " is not there: '" + node + "' has no store; ./popnet status lists the fetch nodes");
        }
        return store;
    }

    private static void option(List<String> arguments, String name, @Nullable Object value) {
        if (value != null) {
            arguments.add(name);
            arguments.add(value.toString());
        }
    }
}
