package org.popnet.dns.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import org.popnet.dns.wire.Cookies;
import org.popnet.platform.identity.IdentityFiles;
import org.popnet.platform.settings.StartRefusedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file with the secret of server cookies: a line of 32 hex digits, which makes cookies, and perhaps a second, which
 * is accepted, too. It is read again while the server runs, so that secrets are changed without a restart. Name servers
 * that have the same file accept each other's cookies (RFC 9018).
 */
final class CookieSecret {
    private static final Logger LOG = LoggerFactory.getLogger(CookieSecret.class);

    private final Path file;
    private final Cookies cookies;
    private String text;

    private CookieSecret(Path file, String text) {
        this.file = file;
        this.text = text;
        List<byte[]> secrets = parse(file, text);
        cookies = new Cookies(secrets.getFirst(), secrets.size() == 2 ? secrets.get(1) : null);
    }

    /**
     * Reads the secret from the node's identity; makes one of this node's own if there is none.
     *
     * @throws StartRefusedException if the file cannot be read, or does not hold one or two lines of 32 hex digits
     */
    static CookieSecret load(IdentityFiles identity, RandomGenerator random) {
        Path file = identity.cookieSecretFile();
        if (!Files.exists(file)) {
            byte[] secret = new byte[Cookies.SECRET_BYTES];
            random.nextBytes(secret);
            try {
                identity.writeCookieSecret(HexFormat.of().formatHex(secret) + "\n");
            } catch (UncheckedIOException e) {
                throw refused(file, "is not there and cannot be written (" + e.getCause() + ")", e);
            }
            LOG.info("made {}: give all name servers the same file, so that each takes the others' cookies", file);
        }
        return load(file);
    }

    /** As {@link #load(IdentityFiles, RandomGenerator)}, from a file that must be there. */
    static CookieSecret load(Path file) {
        try {
            return new CookieSecret(file, Files.readString(file));
        } catch (NoSuchFileException e) {
            throw refused(file, "is not there", e);
        } catch (IOException e) {
            throw refused(file, "cannot be read (" + e + ")", e);
        } catch (IllegalArgumentException e) {
            throw new StartRefusedException(String.valueOf(e.getMessage()), e);
        }
    }

    private static StartRefusedException refused(Path file, String came, Exception cause) {
        return new StartRefusedException(wrong(file, came), cause);
    }

    private static String wrong(Path file, String came) {
        return "cookie secret " + file + " " + came
                + ": must be one line of 32 hex digits, and perhaps a second that is"
                + " accepted, too; give the node the file that the other name servers have, or make one with"
                + " 'openssl rand -hex 16'";
    }

    Cookies cookies() {
        return cookies;
    }

    /** Takes up what the file says now; a file that cannot be read or understood changes nothing. */
    void refresh() {
        String now;
        try {
            now = Files.readString(file);
        } catch (IOException e) {
            LOG.debug("{} cannot be read: the secrets stay as they are", file, e);
            return;
        }
        if (now.equals(text)) {
            return;
        }
        // Said once, not every second, if it is wrong.
        text = now;
        try {
            List<byte[]> secrets = parse(file, now);
            cookies.replace(secrets.getFirst(), secrets.size() == 2 ? secrets.get(1) : null);
            LOG.info("took up new cookie secrets from {}", file);
        } catch (IllegalArgumentException e) {
            LOG.warn("{}; the secrets stay as they are", e.getMessage());
        }
    }

    private static List<byte[]> parse(Path file, String text) {
        List<String> lines =
                text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        if (lines.isEmpty() || lines.size() > 2 || !lines.stream().allMatch(l -> l.matches("[0-9a-fA-F]{32}"))) {
            throw new IllegalArgumentException(wrong(file, shape(lines)));
        }
        return lines.stream().map(HexFormat.of()::parseHex).toList();
    }

    /** What a file holds, without a word of it: it may be a secret all the same. */
    private static String shape(List<String> lines) {
        return switch (lines.size()) {
            case 0 -> "is empty";
            case 1 -> "holds one line of " + lines.getFirst().length() + " characters";
            default ->
                "holds " + lines.size() + " lines, the first of "
                        + lines.getFirst().length() + " characters";
        };
    }
}
