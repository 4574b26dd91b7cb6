package org.popnet.local.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.function.Supplier;

/** Passwords of the local network, generated once and kept in files that only their owner may read. */
final class Secrets {
    private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
    private final SecureRandom random;

    Secrets(SecureRandom random) {
        this.random = random;
    }

    /** 100 random bits in letters and digits that are not mistaken for each other. */
    String password() {
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            password.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return password.toString();
    }

    /** The text of the file; if there is none yet, it is written with what {@code first} gives. */
    static String keep(Path file, Supplier<String> first) {
        try {
            if (Files.exists(file)) {
                return Files.readString(file);
            }
            Files.createDirectories(file.getParent());
            String text = first.get();
            Path temporary = file.resolveSibling(file.getFileName() + ".new");
            Files.deleteIfExists(temporary);
            if (Files.getFileStore(file.getParent()).supportsFileAttributeView("posix")) {
                Files.createFile(
                        temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            Files.writeString(temporary, text);
            Files.move(temporary, file);
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep " + file, e);
        }
    }
}
