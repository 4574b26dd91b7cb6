package org.popnet.dns.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.popnet.dns.wire.Cookies;

/** Where the secret of server cookies comes from: the operator's file, or one made for this node at its first start. */
final class CookieSecret {
    private CookieSecret() {}

    /**
     * @param given the file that the settings name
     * @param own where this node keeps its own
     * @throws IllegalArgumentException if a file does not hold one or two lines of 32 hex digits
     */
    static Cookies load(Optional<String> given, Path own, RandomGenerator random) {
        try {
            if (given.isPresent()) {
                return parse(Path.of(given.get()));
            }
            if (!Files.exists(own)) {
                byte[] secret = new byte[Cookies.SECRET_BYTES];
                random.nextBytes(secret);
                Files.createDirectories(own.getParent());
                Path temporary = own.resolveSibling(own.getFileName() + ".new");
                Files.deleteIfExists(temporary);
                if (own.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                    Files.createFile(
                            temporary,
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                }
                Files.writeString(temporary, HexFormat.of().formatHex(secret) + "\n");
                Files.move(temporary, own);
            }
            return parse(own);
        } catch (IOException e) {
            throw new UncheckedIOException("the secret of server cookies cannot be read or made: " + e.getMessage(), e);
        }
    }

    private static Cookies parse(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        if (lines.isEmpty() || lines.size() > 2 || !lines.stream().allMatch(l -> l.matches("[0-9a-fA-F]{32}"))) {
            throw new IllegalArgumentException(
                    "cookie secret " + file + ": must be one line of 32 hex digits, and a second for the previous one");
        }
        return new Cookies(
                HexFormat.of().parseHex(lines.getFirst()),
                lines.size() == 2 ? HexFormat.of().parseHex(lines.get(1)) : null);
    }
}
