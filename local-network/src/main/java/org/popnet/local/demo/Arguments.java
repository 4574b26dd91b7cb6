package org.popnet.local.demo;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code --key value} pairs of a demo process. */
final class Arguments {
    private final Map<String, String> values = new HashMap<>();

    Arguments(String... args) {
        for (int i = 0; i < args.length; i += 2) {
            if (!args[i].startsWith("--") || i + 1 == args.length) {
                throw new IllegalArgumentException("argument '" + args[i] + "': must be --key followed by a value");
            }
            values.put(args[i].substring(2), args[i + 1]);
        }
    }

    String get(String key) {
        return optional(key).orElseThrow(() -> new IllegalArgumentException("--" + key + " is missing"));
    }

    String get(String key, String otherwise) {
        return optional(key).orElse(otherwise);
    }

    Optional<String> optional(String key) {
        @Nullable String value = values.get(key);
        return Optional.ofNullable(value);
    }

    int port(String key) {
        int port = Integer.parseInt(get(key));
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("--" + key + " " + port + ": must be 1 to 65535");
        }
        return port;
    }
}
