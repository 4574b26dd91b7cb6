package org.popnet.platform.tree;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a domain's {@code checks}. */
final class CheckReader {
    private static final int CHECKS_MAX = 8;
    private static final int OK = 200;
    private static final List<String> KEYS = List.of("http", "tcp", "text", "status");
    private static final ScalarType<Integer> STATUS = ScalarType.integer(100, 599);

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
        boolean http = s.find("http").isPresent();
        if (http == s.find("tcp").isPresent()) {
            s.value()
                    .wrong((http ? "a check with both 'http' and 'tcp'" : "a check with neither 'http' nor 'tcp'")
                            + ": must have one of them");
            return Optional.empty();
        }
        if (http) {
            int status = s.find("status", STATUS, OK);
            Optional<String> text = s.find("text", ScalarType.CHECK_TEXT);
            return s.find("http", ScalarType.PATH).map(path -> new Check.Http(path, status, text));
        }
        List.of("text", "status").forEach(key -> s.find(key)
                .ifPresent(v -> v.wrong("'" + key + "' in a check of a TCP port: must stand in a check with 'http'")));
        return s.find("tcp", ScalarType.PORT).map(Check.Tcp::new);
    }
}
