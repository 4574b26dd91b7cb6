package org.popnet.probe.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.popnet.probe.check.Outcome.Failure;

/**
 * Users and passwords, which never stand in the tree: files of a directory on this machine, each with one line
 * {@code user:password}. Read each time, so that a changed password needs no restart.
 */
public final class Logins {
    private static final Login ANONYMOUS = new Login("anonymous", "probe@popnet.invalid");
    private static final int BYTES_MAX = 1024;

    private final Path directory;

    public Logins(Path directory) {
        this.directory = directory;
    }

    record Login(String user, String password) {}

    /** @throws CheckFailedException if there is no such login here */
    Login find(Optional<String> name) throws CheckFailedException {
        if (name.isEmpty()) {
            return ANONYMOUS;
        }
        Path file = directory.resolve(name.get());
        try {
            String text =
                    Files.size(file) > BYTES_MAX ? "" : Files.readString(file).strip();
            int colon = text.indexOf(':');
            if (colon > 0 && text.indexOf('\n') < 0 && text.indexOf('\r') < 0) {
                return new Login(text.substring(0, colon), text.substring(colon + 1));
            }
        } catch (IOException e) {
            // said below, without what it holds
        }
        throw new CheckFailedException(
                Failure.LOGIN, "this probe has no login " + name.get() + ": " + file + " must hold user:password");
    }
}
