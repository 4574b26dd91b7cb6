package org.popnet.local.process;

import java.util.ArrayList;
import java.util.List;
import org.popnet.platform.tree.Service;

/**
 * How the JVMs of a local network run: two dozen of them share one small machine. An ahead-of-time cache is good only
 * for the collector and header options it was trained with, so training takes these as well.
 */
final class JvmOptions {
    private static final List<String> COMMON = List.of(
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    /** For the machines of customers and users. */
    static final List<String> DEMO = with("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx96m");

    private JvmOptions() {}

    /** The data planes get the whole compiler; what is asked a few times a second starts faster without. */
    static List<String> of(Service service) {
        return switch (service) {
            case DNS -> with("-Xmx256m", "-Xss512k");
            case EDGE_CACHE -> with("-Xmx256m", "-XX:MaxDirectMemorySize=1g", "-Xss512k");
            case ORIGIN_FETCH -> with("-Xmx192m", "-XX:TieredStopAtLevel=1");
            case PROBE -> with("-Xmx128m", "-XX:TieredStopAtLevel=1");
            case LOG, NETVIEW, ADMIN -> with("-Xmx256m", "-XX:TieredStopAtLevel=1");
        };
    }

    private static List<String> with(String... options) {
        List<String> all = new ArrayList<>(COMMON);
        all.addAll(List.of(options));
        return List.copyOf(all);
    }
}
