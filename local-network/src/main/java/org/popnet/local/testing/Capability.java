package org.popnet.local.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Something that a machine may lack and some tests and faults need. */
public enum Capability {
    ROOT {
        @Override
        public Optional<String> missing() {
            return "root".equals(System.getProperty("user.name"))
                    ? Optional.empty()
                    : Optional.of("not running as root");
        }
    },
    NFT {
        @Override
        public Optional<String> missing() {
            return ROOT.missing()
                    .or(() -> succeeds("nft", "list", "tables")
                            ? Optional.empty()
                            : Optional.of("nft does not work here: install nftables"));
        }
    },
    BROWSER {
        @Override
        public Optional<String> missing() {
            return onPath("chromium") ? Optional.empty() : Optional.of("chromium is not installed");
        }
    },
    DOCKER {
        @Override
        public Optional<String> missing() {
            return succeeds("docker", "version") ? Optional.empty() : Optional.of("no Docker engine answers");
        }
    };

    private static final long PATIENCE_S = 15;

    /** Why it is not there, or empty if it is. */
    public abstract Optional<String> missing();

    /** As {@link Requires} and {@code POPNET_REQUIRE} spell it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if there is none of that name */
    public static Capability of(String key) {
        return Arrays.stream(values())
                .filter(c -> c.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "capability '" + key + "': must be one of root, nft, browser, docker"));
    }

    /** Whether a program of this name is on the PATH. */
    public static boolean onPath(String program) {
        return Arrays.stream(
                        Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private static boolean succeeds(String... command) {
        if (!onPath(command[0])) {
            return false;
        }
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
