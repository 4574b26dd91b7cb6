package org.popnet.edge.wire;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The names that most messages carry, once each, so that thousands of stored responses share them. */
public final class FieldNames {
    private static final Map<String, String> KNOWN = Stream.of(
                    "Accept",
                    "Accept-Encoding",
                    "Accept-Language",
                    "Accept-Ranges",
                    "Age",
                    "Authorization",
                    "Cache-Control",
                    "Cache-Status",
                    "Connection",
                    "Content-Encoding",
                    "Content-Language",
                    "Content-Length",
                    "Content-Type",
                    "Cookie",
                    "Date",
                    "ETag",
                    "Expires",
                    "Host",
                    "If-Modified-Since",
                    "If-None-Match",
                    "Last-Modified",
                    "Range",
                    "Referer",
                    "Server",
                    "Set-Cookie",
                    "Strict-Transport-Security",
                    "Surrogate-Key",
                    "Transfer-Encoding",
                    "User-Agent",
                    "Vary",
                    "Via",
                    "X-Content-Type-Options")
            .flatMap(name ->
                    Stream.of(name, name.toLowerCase(java.util.Locale.ROOT)).distinct())
            .collect(Collectors.toMap(Function.identity(), Function.identity()));

    private FieldNames() {}

    /** The shared instance of an equal name, or the name itself. */
    public static String canonical(String name) {
        return KNOWN.getOrDefault(name, name);
    }
}
