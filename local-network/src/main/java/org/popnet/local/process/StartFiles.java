package org.popnet.local.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.popnet.local.state.PreparedNetwork;
import org.popnet.platform.settings.DurableFiles;
import org.popnet.platform.tree.Node;

/** How to start each process of a network somewhere else, in a container: {@code java @edge1.westusa}. */
public final class StartFiles {
    private StartFiles() {}

    /**
     * Writes a file of arguments for {@code java} for every node and every machine of the demo.
     *
     * @param application the extracted service in each node's container
     */
    public static void write(PreparedNetwork network, Path application, Path directory) {
        Map<String, List<String>> starts = new LinkedHashMap<>();
        for (Node node : network.tree().nodes().values()) {
            List<String> arguments = new ArrayList<>(JvmOptions.of(node.service(), false));
            arguments.addAll(List.of("-jar", application.toString()));
            arguments.add("--popnet.node-file="
                    + network.state().nodeProperties(node.name().toString()));
            starts.put(node.name().toString(), arguments);
        }
        NetworkProcesses processes = new NetworkProcesses(network, Installation.find(), node -> () -> Health.SILENT);
        for (ProcessSpec spec : processes.demo()) {
            List<String> command = spec.command().get();
            starts.put(spec.name(), command.subList(1, command.size())); // without java itself
        }
        try {
            Files.createDirectories(directory);
            for (Map.Entry<String, List<String>> start : starts.entrySet()) {
                DurableFiles.write(
                        directory.resolve(start.getKey()),
                        start.getValue().stream().map(StartFiles::quoted).collect(Collectors.joining("\n", "", "\n")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the start files in " + directory, e);
        }
    }

    private static String quoted(String argument) {
        return "\"" + argument.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
