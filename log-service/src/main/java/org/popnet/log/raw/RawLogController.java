package org.popnet.log.raw;

import io.swagger.v3.oas.annotations.Operation;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import org.popnet.log.database.KnownCustomers;
import org.popnet.log.database.Problem;
import org.popnet.platform.control.ControlRoute;
import org.popnet.platform.control.Role;
import org.popnet.platform.settings.NodeSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Hands out a customer's raw logs, as far as they are committed on this log server. */
@RestController
class RawLogController {
    private static final Duration RANGE_MAX = Duration.ofDays(31);

    private final JdbcClient jdbc;
    private final KnownCustomers customers;
    private final String server;
    private final RawExport export;

    RawLogController(JdbcClient jdbc, KnownCustomers customers, NodeSettings node) {
        this.jdbc = jdbc;
        this.customers = customers;
        this.server = node.node();
        this.export = new RawExport(node.stateDirectory().resolve("raw"));
    }

    @Operation(summary = "Raw logs of at most 31 days, streamed: combined, w3c or ndjson; queries and events as ndjson")
    @GetMapping("/logs/raw")
    void raw(
            @RequestParam String customer,
            @RequestParam String from,
            @RequestParam String to,
            @RequestParam(defaultValue = "ndjson") String format,
            @RequestParam(defaultValue = "access") String kind,
            HttpServletResponse response)
            throws IOException {
        customers.check(customer);
        Instant start = instant("from", from);
        Instant end = instant("to", to);
        ExportFormat form = format(format);
        RawFile.Kind what = kind(kind);
        if (what != RawFile.Kind.ACCESS && form != ExportFormat.NDJSON) {
            throw Problem.of(
                    HttpStatus.BAD_REQUEST,
                    "No such format",
                    "format '" + format + "' of " + kind + ": must be ndjson.");
        }
        if (!start.isBefore(end) || Duration.between(start, end).compareTo(RANGE_MAX) > 0) {
            throw Problem.of(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "Not allowed",
                    "from " + from + " to " + to + ": must be a range of more than nothing and 31 days at most.");
        }
        Map<String, Long> committed = committed(customer, start, end);
        response.setContentType(form.contentType());
        response.setHeader(
                "Content-Disposition",
                "attachment; filename=\"" + customer + "-" + kind + "." + form.extension() + "\"");
        Writer out =
                new BufferedWriter(new OutputStreamWriter(response.getOutputStream(), StandardCharsets.UTF_8), 1 << 16);
        form.begin(out, start, end);
        long last = Math.floorDiv(end.toEpochMilli() - 1, RawFile.HOUR_MS);
        for (long hour = Math.floorDiv(start.toEpochMilli(), RawFile.HOUR_MS); hour <= last; hour++) {
            String path = new RawFile(customer, hour, what).path();
            Long bytes = committed.get(path);
            if (bytes != null) {
                export.write(path, bytes, start, end, form, out);
            }
        }
        out.flush();
    }

    private Map<String, Long> committed(String customer, Instant from, Instant to) {
        Map<String, Long> lengths = new HashMap<>();
        jdbc.sql("""
                        SELECT path, bytes FROM log.raw_file WHERE server = :server
                          AND path COLLATE "C" >= :first AND path COLLATE "C" < :after""")
                .param("server", server)
                .param("first", RawFile.pathBefore(customer, from))
                .param("after", RawFile.pathBefore(customer, to.plus(Duration.ofHours(1))))
                .query(row -> {
                    lengths.put(row.getString(1), row.getLong(2));
                });
        return lengths;
    }

    private static ExportFormat format(String name) {
        return switch (name) {
            case "ndjson" -> ExportFormat.NDJSON;
            case "combined" -> ExportFormat.COMBINED;
            case "w3c" -> ExportFormat.W3C;
            default ->
                throw Problem.of(
                        HttpStatus.BAD_REQUEST,
                        "No such format",
                        "format '" + name + "': must be combined, w3c or ndjson.");
        };
    }

    private static RawFile.Kind kind(String name) {
        try {
            return RawFile.kind(name);
        } catch (IllegalArgumentException e) {
            throw Problem.of(
                    HttpStatus.BAD_REQUEST, "No such kind", "kind '" + name + "': must be access, queries or events.");
        }
    }

    private static Instant instant(String name, String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw Problem.of(
                    HttpStatus.BAD_REQUEST,
                    "Not a time",
                    name + " '" + text + "': must be an ISO-8601 time with zone, such as 2026-11-22T15:00:00Z.");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Routes {
        @Bean
        ControlRoute rawLogRoute() {
            return ControlRoute.of(HttpMethod.GET, "/logs/raw", Role.NETVIEW, Role.OPERATOR);
        }
    }
}
