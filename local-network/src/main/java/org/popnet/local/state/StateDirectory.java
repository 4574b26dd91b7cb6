package org.popnet.local.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Where everything lies that a local network writes: {@code .popnet}, or a test's own directory. */
public record StateDirectory(Path root) {
    public StateDirectory {
        root = root.toAbsolutePath().normalize();
    }

    /** Makes the directory, if it is not there, so that only its owner can look into it: it holds private keys. */
    public void create() {
        try {
            if (!Files.exists(root)) {
                Files.createDirectories(root);
                if (Files.getFileStore(root).supportsFileAttributeView("posix")) {
                    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + root, e);
        }
    }

    public Path authority() {
        return root.resolve("authority");
    }

    /** The secret of DNS cookies that all name servers share; given to them by every preparation. */
    public Path cookieSecret() {
        return root.resolve("dns-cookie-secret");
    }

    /** The identity of whoever runs the command line. */
    public Path operator() {
        return root.resolve("operator");
    }

    /** The state directory of one node, its own to write in. */
    public Path node(String node) {
        return root.resolve("nodes").resolve(node);
    }

    public Path nodeProperties(String node) {
        return node(node).resolve("node.properties");
    }

    /** The running network's own git repository. */
    public Path configRepository() {
        return root.resolve("config-repo");
    }

    public Path tree() {
        return configRepository().resolve("network.yml");
    }

    public Path postgres() {
        return root.resolve("postgresql");
    }

    /** The demo logins for people: {@code name:password:ROLE:customer}, a line each. */
    public Path logins() {
        return root.resolve("logins");
    }

    public Path log(String process) {
        return root.resolve("logs").resolve(process + ".log");
    }

    /** What the demo customers serve, unpacked. */
    public Path content() {
        return root.resolve("content");
    }

    /** The processes that were started and not yet stopped. */
    public Path processes() {
        return root.resolve("processes.json");
    }

    public boolean isPrepared() {
        return Files.exists(tree());
    }
}
