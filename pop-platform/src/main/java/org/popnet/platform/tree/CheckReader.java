package org.popnet.platform.tree;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a domain's {@code checks}. */
final class CheckReader {
    static final String INTERVAL_FLOOR = "250ms";
    private static final int CHECKS_MAX = 8;
    private static final int OK = 200;
    private static final int FTP_PORT = 21;
    private static final int FTP_BYTES = 1 << 20;
    private static final int MEDIA_BYTES = 1 << 20;
    private static final int REGEX_CHARS_MAX = 512;
    private static final int AUTHORITIES_MAX = 8;

    private static final List<String> PACE = List.of("interval", "timeout");
    private static final List<String> WEB = List.of("host", "port", "sni", "ca", "redirects");
    private static final List<String> HTTP =
            keys(List.of("method", "status", "text", "regex", "sha256", "max-bytes"), WEB, PACE);
    private static final List<String> STREAM = keys(List.of("min-mbit", "max-bytes"), WEB, PACE);
    /** Each kind by the key that names it, with the keys that may stand beside it. */
    private static final Map<String, List<String>> KINDS = Map.of(
            "http", HTTP,
            "https", HTTP,
            "ftp", keys(List.of("port", "login", "size", "sha256", "max-bytes"), PACE),
            "hls", STREAM,
            "media", STREAM,
            "tcp", PACE);
    /** In the order in which they are told. */
    private static final List<String> NAMES = List.of("http", "https", "ftp", "hls", "media", "tcp");

    private static final List<String> KEYS = Stream.concat(
                    NAMES.stream(), NAMES.stream().flatMap(name -> KINDS.getOrDefault(name, List.of()).stream()))
            .distinct()
            .toList();
    private static final ScalarType<Integer> STATUS = ScalarType.integer(100, 599);
    private static final ScalarType<Integer> REDIRECTS = ScalarType.integer(0, 5);
    private static final ScalarType<Integer> BYTES = ScalarType.integer(1, 16 << 20);
    private static final ScalarType<Double> MBIT = ScalarType.decimal("Mbit/s, a number from 0 to 10000", 0, 10_000);
    private static final ScalarType<Long> SIZE =
            ScalarType.integer(0, Integer.MAX_VALUE).map(Integer::longValue);
    private static final ScalarType<String> METHOD = ScalarType.oneOf(List.of("GET", "HEAD", "OPTIONS"));
    private static final ScalarType<Duration> INTERVAL = ScalarType.duration(INTERVAL_FLOOR, "1h");
    private static final ScalarType<Duration> TIMEOUT = ScalarType.duration("50ms", "1m");
    private static final ScalarType<String> SHA256 = new ScalarType<>(
            "a SHA-256, 64 digits in hexadecimal and lower case", text -> text.matches("[0-9a-f]{64}") ? text : null);
    private static final ScalarType<String> REGEX = new ScalarType<>(
            "a regular expression of java.util.regex of 1 to " + REGEX_CHARS_MAX + " characters", CheckReader::regex);
    private static final ScalarType<List<X509Certificate>> AUTHORITIES =
            new ScalarType<>("1 to " + AUTHORITIES_MAX + " certificates in PEM, after '|'", CheckReader::authorities);
    /** Anything else could smuggle a command into FTP's control connection. */
    private static final ScalarType<String> FTP_PATH = ScalarType.PATH;

    private CheckReader() {}

    static List<Check> read(Value value) {
        List<Value> elements = value.list("checks, such as [{http: /health, text: ok}] or [{tcp: 8080}]");
        if (elements.size() > CHECKS_MAX) {
            value.wrong("a list of " + elements.size() + " checks: must be " + CHECKS_MAX + " at most");
        }
        List<Check> checks = new ArrayList<>();
        elements.forEach(
                element -> element.section(KEYS).flatMap(CheckReader::check).ifPresent(checks::add));
        return checks;
    }

    private static Optional<Check> check(Section s) {
        List<String> kinds =
                NAMES.stream().filter(name -> s.find(name).isPresent()).toList();
        if (kinds.size() != 1) {
            s.value()
                    .wrong((kinds.isEmpty()
                                    ? "a check without a target"
                                    : "a check with both '" + String.join("' and '", kinds) + "'")
                            + ": must have one of " + String.join(", ", NAMES));
            return Optional.empty();
        }
        String kind = kinds.getFirst();
        List<String> beside = KINDS.getOrDefault(kind, List.of());
        s.entries().forEach((key, v) -> {
            if (!key.equals(kind) && !beside.contains(key) && KEYS.contains(key)) {
                v.wrong("'" + key + "' in a check by " + kind + ": must be one of " + String.join(", ", beside));
            }
        });
        Check.Pace pace = new Check.Pace(s.find("interval", INTERVAL), s.find("timeout", TIMEOUT));
        return switch (kind) {
            case "http", "https" -> http(s, kind, pace);
            case "ftp" -> ftp(s, pace);
            case "hls" -> request(s, kind).map(r -> new Check.Hls(r, mbit(s), bytes(s, MEDIA_BYTES), pace));
            case "media" -> request(s, kind).map(r -> new Check.Media(r, mbit(s), bytes(s, MEDIA_BYTES), pace));
            default -> s.find("tcp", ScalarType.PORT).map(port -> new Check.Tcp(port, pace));
        };
    }

    private static Optional<Check> http(Section s, String kind, Check.Pace pace) {
        Check.Expected expected = new Check.Expected(
                s.find("status", STATUS, OK),
                s.find("text", ScalarType.CHECK_TEXT),
                s.find("regex", REGEX),
                s.find("sha256", SHA256),
                s.find("max-bytes", BYTES).orElse(null));
        Optional<Check.Request> request = request(s, kind);
        if (request.isPresent() && request.get().method().equals("HEAD")) {
            List.of("text", "regex", "sha256").forEach(key -> s.find(key)
                    .ifPresent(v -> v.wrong("'" + key + "' with 'method: HEAD', whose answer has no body")));
        }
        return request.map(r -> new Check.Http(r, expected, pace));
    }

    private static Optional<Check.Request> request(Section s, String kind) {
        return s.find(kind, ScalarType.PATH)
                .map(path -> new Check.Request(
                        s.find("method", METHOD, "GET"),
                        path,
                        s.find("host", ScalarType.HOST),
                        s.find("port", ScalarType.PORT),
                        kind.equals("https"),
                        s.find("sni", ScalarType.HOST),
                        s.find("ca", AUTHORITIES, List.of()),
                        s.find("redirects", REDIRECTS, 0)));
    }

    private static Optional<Check> ftp(Section s, Check.Pace pace) {
        Optional<String> path = s.find("ftp", FTP_PATH);
        boolean loginOnly = path.isPresent() && path.get().equals("/");
        if (loginOnly) {
            List.of("size", "sha256").forEach(key -> s.find(key)
                    .ifPresent(
                            v -> v.wrong("'" + key + "' with 'ftp: /', which logs in only: must have a file's path")));
        }
        return path.map(p -> new Check.Ftp(
                s.find("port", ScalarType.PORT, FTP_PORT),
                s.find("login", ScalarType.LABEL),
                loginOnly ? Optional.empty() : Optional.of(p),
                s.find("size", SIZE),
                s.find("sha256", SHA256),
                bytes(s, FTP_BYTES),
                pace));
    }

    private static int bytes(Section s, int otherwise) {
        return s.find("max-bytes", BYTES, otherwise);
    }

    private static double mbit(Section s) {
        return s.find("min-mbit", MBIT, 0.0);
    }

    @SafeVarargs
    private static List<String> keys(List<String>... lists) {
        return Stream.of(lists).flatMap(List::stream).toList();
    }

    private static @Nullable String regex(String text) {
        if (text.isEmpty() || text.length() > REGEX_CHARS_MAX) {
            return null;
        }
        try {
            Pattern.compile(text);
            return text;
        } catch (StackOverflowError e) {
            return null; // nested too deeply for the compiler
        }
    }

    private static @Nullable List<X509Certificate> authorities(String text) {
        try {
            List<X509Certificate> certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            return certificates.isEmpty() || certificates.size() > AUTHORITIES_MAX ? null : certificates;
        } catch (CertificateException e) {
            return null;
        }
    }
}
