package org.popnet.platform.tree;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a probe does to find out whether a server delivers. Every check goes to the server's own address as the tree lists
 * it: nothing is resolved.
 */
public sealed interface Check {
    Pace pace();

    /** As it stands in the tree, and in metrics and events: {@code http}, {@code ftp}. */
    default String kind() {
        return switch (this) {
            case Http http -> "http";
            case Ftp ftp -> "ftp";
            case Hls hls -> "hls";
            case Media media -> "media";
            case Tcp tcp -> "tcp";
        };
    }

    /**
     * How often and how patiently; what is not given here is the probes' own setting.
     *
     * @param interval between two checks, {@value CheckReader#INTERVAL_FLOOR} to 1 h
     * @param timeout for everything, 50 ms to 1 min
     */
    record Pace(Optional<Duration> interval, Optional<Duration> timeout) {
        public static final Pace DEFAULT = new Pace(Optional.empty(), Optional.empty());
    }

    /** A request whose answer must be as expected. */
    record Http(Request request, Expected expected, Pace pace) implements Check {
        /** A GET of the server's own port. */
        public static Http get(String path, Expected expected) {
            return new Http(Request.get(path), expected, Pace.DEFAULT);
        }
    }

    /**
     * A login by FTP (RFC 959, passive mode) and, if a path is given, its size and a transfer of it.
     *
     * @param login names the file with user and password in the probe's secrets directory; empty for anonymous
     * @param path of a small file; empty to log in only
     * @param size in bytes that the file must have
     * @param sha256 that it must have, in lower-case hexadecimal
     * @param bytesMax a larger file is not transferred but down
     */
    record Ftp(
            int port,
            Optional<String> login,
            Optional<String> path,
            Optional<Long> size,
            Optional<String> sha256,
            int bytesMax,
            Pace pace)
            implements Check {}

    /**
     * Streaming by HLS (RFC 8216): the master playlist if there is one, a media playlist, and its first segment.
     *
     * @param mbitMin the least throughput of the segment, in Mbit/s; 0 for any
     * @param bytesMax how much of the segment is taken
     */
    record Hls(Request request, double mbitMin, int bytesMax, Pace pace) implements Check {}

    /**
     * Progressive media: a part by range (RFC 9110, 14), as a player begins.
     *
     * @param mbitMin the least throughput, in Mbit/s; 0 for any
     * @param bytesMax how much is asked for
     */
    record Media(Request request, double mbitMin, int bytesMax, Pace pace) implements Check {}

    /** A TCP connection that must be accepted. */
    record Tcp(int port, Pace pace) implements Check {
        public Tcp(int port) {
            this(port, Pace.DEFAULT);
        }
    }

    /**
     * What is asked of a web server.
     *
     * @param method GET, HEAD or OPTIONS
     * @param path absolute path, with query if any
     * @param host of the Host field; empty for the domain's
     * @param port empty for the server's own; 443 with {@code tls} if that speaks no TLS
     * @param tls true for HTTPS whatever the server's own port speaks
     * @param sni the name that is asked for in TLS and that the certificate must have; empty for the host
     * @param authorities who may have signed the certificate; empty for the well-known ones
     * @param redirects how many are followed, 0 to 5; beyond it the redirect itself is the answer
     */
    record Request(
            String method,
            String path,
            Optional<String> host,
            Optional<Integer> port,
            boolean tls,
            Optional<String> sni,
            List<X509Certificate> authorities,
            int redirects) {
        public Request {
            authorities = List.copyOf(authorities);
        }

        public static Request get(String path) {
            return new Request("GET", path, Optional.empty(), Optional.empty(), false, Optional.empty(), List.of(), 0);
        }
    }

    /**
     * What an answer must be.
     *
     * @param text that the body must contain, as UTF-8
     * @param regex of {@link java.util.regex.Pattern} that must be found in the body
     * @param sha256 of the whole body, in lower-case hexadecimal
     * @param bytesMax the longest body that is allowed, all of it searched; null for a body of any stated length, of
     *     which the first 64 KiB are searched
     */
    record Expected(
            int status,
            Optional<String> text,
            Optional<String> regex,
            Optional<String> sha256,
            @Nullable Integer bytesMax) {
        public static Expected status(int status) {
            return new Expected(status, Optional.empty(), Optional.empty(), Optional.empty(), null);
        }

        public Expected withText(String wanted) {
            return new Expected(status, Optional.of(wanted), regex, sha256, bytesMax);
        }
    }
}
