package org.popnet.local.process;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.popnet.platform.tree.Service;

/**
 * How the JVMs of a local network run: two dozen of them share one small machine. An ahead-of-time cache is good only
 * for the collector and header options it was trained with, so training takes these as well.
 */
final class JvmOptions {
    private static final String FIRST_COMPILER_ONLY = "-XX:TieredStopAtLevel=1";

    private static final List<String> COMMON = List.of(
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    /** For the machines of customers and users. */
    static final List<String> DEMO = with(FIRST_COMPILER_ONLY, "-Xshare:auto", "-Xmx96m");

    private JvmOptions() {}

    /**
     * The data planes get the whole compiler; what is asked a few times a second starts faster without.
     *
     * @param quickStart without the optimizing compiler for the data planes either: it takes a third of the processor
     *     time of their start, and as much again in the first minute, which a small machine has better use for; their
     *     code is slower then
     */
    static List<String> of(Service service, boolean quickStart) {
        List<String> options = of(service);
        return quickStart && !options.contains(FIRST_COMPILER_ONLY)
                ? Stream.concat(options.stream(), Stream.of(FIRST_COMPILER_ONLY))
                        .toList()
                : options;
    }

    private static List<String> of(Service service) {
        return switch (service) {
            // Its tables of many megabytes are read at random: with small pages, finding the page takes as long as the
            // read. A young generation that always fits into what is left of the old one: with the JVM's own choice of
            // 80 MB of 256 the first collections after the start were full ones, a fifth of a second long. Half of
            // this,
            // 32 MB, has a large tree copied twice as often while it is parsed: the start takes half a second more.
            case DNS ->
                with("-Xmx288m", "-Xmn64m", "-XX:MetaspaceSize=96m", "-Xss512k", "-XX:+UseTransparentHugePages");
            case EDGE_CACHE -> with("-Xmx256m", "-XX:MaxDirectMemorySize=1g", "-Xss512k");
            case ORIGIN_FETCH -> with("-Xmx192m", FIRST_COMPILER_ONLY);
            case PROBE -> with("-Xmx128m", FIRST_COMPILER_ONLY);
            case LOG, NETVIEW, ADMIN -> with("-Xmx256m", FIRST_COMPILER_ONLY);
        };
    }

    private static List<String> with(String... options) {
        List<String> all = new ArrayList<>(COMMON);
        all.addAll(List.of(options));
        return List.copyOf(all);
    }
}
