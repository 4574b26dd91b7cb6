package org.popnet.fetch.store;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.Freshness;

/**
 * Looks into a store's directory for operators: {@code ls}, {@code show} and {@code verify} only read, and may be used
 * while a node holds the store; {@code gc} deletes, and refuses while one does.
 */
public final class StoreTool {
    static final String USAGE = """
            Usage: store ls     DIRECTORY [--site NAME] [--prefix PATH] [--limit N]
                   store show   DIRECTORY ID | HOST/PATH
                   store verify DIRECTORY [--site NAME] [--prefix PATH]
                   store gc     DIRECTORY [--expired] [--dry-run]

            Looks into the store of an origin-fetch server (popnet.fetch.store.directories; by default
            fetch/store under the node's state directory).

              ls      lists objects: id, status, bytes of the body, age, seconds it is still fresh (negative:
                      stale), URL, and [n] for the segment of a large file. 1,000 unless --limit says more.
              show    prints all that is stored of an object, or of all variants and segments of a URL, body apart.
              verify  reads every object and compares its checksums; exits with 1 if one is damaged.
              gc      deletes damaged objects, what never arrived whole, and objects that a newer one replaces;
                      with --expired also those that may not be served any more without asking the customer's
                      server. --dry-run says what it would delete. Refused while a node holds the store.

            ls, show and verify change nothing and work while the node runs; then objects may come and go meanwhile.
            """;

    private static final int LIMIT = 1000;
    private static final HexFormat HEX = HexFormat.of();

    private final Path root;
    private final Options options;
    private final InstantSource clock;
    private final PrintStream out;

    private StoreTool(Path root, Options options, InstantSource clock, PrintStream out) {
        this.root = root;
        this.options = options;
        this.clock = clock;
        this.out = out;
    }

    /** @param rest arguments that are no options */
    private record Options(List<String> rest, Map<String, String> values) {
        private static final Map<String, Boolean> KNOWN =
                Map.of("--site", true, "--prefix", true, "--limit", true, "--expired", false, "--dry-run", false);

        static Options parse(List<String> arguments) {
            List<String> rest = new ArrayList<>();
            Map<String, String> values = new TreeMap<>();
            for (Iterator<String> each = arguments.iterator(); each.hasNext(); ) {
                String argument = each.next();
                if (!argument.startsWith("--")) {
                    rest.add(argument);
                    continue;
                }
                Boolean takesValue = KNOWN.get(argument);
                if (takesValue == null) {
                    throw new IllegalArgumentException("unknown option " + argument + ": known are " + KNOWN.keySet());
                }
                if (takesValue && !each.hasNext()) {
                    throw new IllegalArgumentException(argument + " needs a value");
                }
                values.put(argument, takesValue ? each.next() : "");
            }
            return new Options(rest, values);
        }

        boolean has(String name) {
            return values.containsKey(name);
        }

        long limit() {
            String limit = values.getOrDefault("--limit", "" + LIMIT);
            if (!limit.matches("[0-9]{1,12}")) {
                throw new IllegalArgumentException("--limit " + limit + ": must be a number, 0 or more");
            }
            return Long.parseLong(limit);
        }

        boolean selects(ObjectKey key) {
            return values.getOrDefault("--site", key.site()).equals(key.site())
                    && key.target().startsWith(values.getOrDefault("--prefix", ""));
        }
    }

    /** @return the process's exit code: 0 fine, 1 something is damaged or missing, 2 wrong use */
    public static int run(List<String> arguments, InstantSource clock, PrintStream out, PrintStream err) {
        if (arguments.isEmpty() || arguments.contains("--help") || arguments.contains("-h")) {
            (arguments.isEmpty() ? err : out).print(USAGE);
            return arguments.isEmpty() ? 2 : 0;
        }
        try {
            Options options = Options.parse(arguments.subList(1, arguments.size()));
            int wanted = arguments.getFirst().equals("show") ? 2 : 1;
            if (options.rest().size() != wanted) {
                throw new IllegalArgumentException(
                        arguments.getFirst() + " needs " + (wanted == 2 ? "DIRECTORY and ID or URL" : "a DIRECTORY"));
            }
            StoreTool tool = new StoreTool(Path.of(options.rest().getFirst()), options, clock, out);
            return switch (arguments.getFirst()) {
                case "ls" -> tool.list();
                case "show" -> tool.show(options.rest().get(1));
                case "verify" -> tool.verify();
                case "gc" -> tool.collect();
                default ->
                    throw new IllegalArgumentException(
                            "unknown command " + arguments.getFirst() + ": must be ls, show, verify or gc");
            };
        } catch (IllegalArgumentException e) {
            err.println("store: " + e.getMessage());
            return 2;
        } catch (UnusableStoreException | IOException | UncheckedIOException e) {
            err.println("store: " + e.getMessage());
            return 1;
        }
    }

    /** Takes each object that can be opened, and why another cannot; false ends the walk. */
    private interface Visitor {
        boolean visit(Path file, @Nullable StoredObject object, @Nullable String damage) throws IOException;
    }

    private void walk(Visitor visitor) throws IOException {
        try (Stream<Path> files = StoreDirectory.objectFiles(root)) {
            for (Iterator<Path> each = files.iterator(); each.hasNext(); ) {
                if (!visit(each.next(), visitor)) {
                    return;
                }
            }
        }
    }

    private static boolean visit(Path file, Visitor visitor) throws IOException {
        try (StoredObject object = StoredObject.open(file)) {
            return object.header().id() == StoreDirectory.id(file)
                    ? visitor.visit(file, object, null)
                    : visitor.visit(
                            file,
                            null,
                            "holds object " + HEX.toHexDigits(object.header().id()));
        } catch (ObjectFile.CorruptException e) {
            return visitor.visit(file, null, e.getMessage());
        } catch (NoSuchFileException e) {
            return true; // evicted meanwhile
        }
    }

    private int list() throws IOException {
        long[] listed = {0, 0};
        long limit = options.limit();
        long now = clock.millis();
        walk((file, object, damage) -> {
            if (object == null || !options.selects(object.key())) {
                return true;
            }
            if (listed[0] == limit) {
                out.println("… and more: --limit " + 10 * Math.max(1, limit) + ", --site or --prefix");
                return false;
            }
            listed[0]++;
            listed[1] += object.length();
            Freshness freshness = object.head().freshness();
            out.printf(
                    "%s  %d  %,15d  %8ds  %8ds  %s%n",
                    HEX.toHexDigits(object.header().id()),
                    object.head().status(),
                    object.length(),
                    freshness.ageSecondsAt(now),
                    Math.floorDiv(freshness.ttlMsAt(now), 1000),
                    url(object.key()));
            return true;
        });
        out.printf("%,d objects, %,d bytes%n", listed[0], listed[1]);
        return 0;
    }

    private int show(String what) throws IOException {
        long[] shown = {0};
        if (what.matches("[0-9a-f]{16}")) {
            Path file = StoreDirectory.object(root, HexFormat.fromHexDigitsToLong(what));
            StoreDirectory.objectFiles(root).close(); // says so if it is no store
            visit(file, (f, object, damage) -> shown(f, object, damage, shown));
        } else {
            String url = what.replaceFirst("^https?://", "");
            int slash = url.indexOf('/');
            if (slash < 1) {
                throw new IllegalArgumentException(what + ": must be an id of 16 hexadecimal digits, or HOST/PATH");
            }
            ObjectKey key = new ObjectKey(url.substring(0, slash), url.substring(slash));
            walk((file, object, damage) ->
                    object == null || !object.key().whole().equals(key) || shown(file, object, null, shown));
        }
        if (shown[0] == 0) {
            out.println("nothing stored of " + plain(what));
        }
        return shown[0] == 0 ? 1 : 0;
    }

    private boolean shown(Path file, @Nullable StoredObject object, @Nullable String damage, long[] shown) {
        shown[0]++;
        out.println(file);
        if (object == null) {
            out.println("  damaged: " + damage);
            return true;
        }
        long now = clock.millis();
        StoredHead head = object.head();
        out.println("  url         " + url(object.key()));
        out.println("  status      " + head.status());
        out.printf("  body        %,d bytes%n", object.length());
        out.println("  stored      " + Instant.ofEpochMilli(head.storedAtMs()));
        out.printf(
                "  fresh       %s, age %s%n",
                head.freshness().freshAt(now)
                        ? "for "
                                + Duration.ofMillis(head.freshness().ttlMsAt(now))
                                        .toSeconds() + " s"
                        : "no",
                Duration.ofSeconds(head.freshness().ageSecondsAt(now)));
        if (!head.vary().fields().isEmpty()) {
            out.println("  varies by   " + head.vary().fields() + ", this one for " + plain(head.variant()));
        }
        if (!head.tags().isEmpty()) {
            out.println("  tags        " + plain(String.join(" ", head.tags())));
        }
        head.headers().forEach((name, value) -> out.println("  " + plain(name + ": " + value)));
        return true;
    }

    private int verify() throws IOException {
        long[] counts = {0, 0, 0};
        walk((file, object, damage) -> {
            if (object != null && !options.selects(object.key())) {
                return true;
            }
            counts[0]++;
            String found = object == null ? damage : damage(object);
            if (object != null) {
                counts[1] += object.length();
            }
            if (found != null) {
                counts[2]++;
                out.println(file + "  " + (object == null ? "" : url(object.key()) + "  ") + "damaged: " + found);
            }
            return true;
        });
        out.printf("%,d objects, %,d bytes, %,d damaged%n", counts[0], counts[1], counts[2]);
        return counts[2] == 0 ? 0 : 1;
    }

    private static @Nullable String damage(StoredObject object) {
        try {
            object.verifyAll();
            return null;
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** What {@code gc} deletes and why, and how much that is. */
    private static final class Garbage {
        private final Map<Path, String> files = new TreeMap<>();
        private long bytes;

        void add(Path file, String why) throws IOException {
            if (files.putIfAbsent(file, why) == null) {
                bytes += Files.size(file);
            }
        }
    }

    private record Variant(ObjectKey key, String variant, List<String> vary) {}

    private int collect() throws IOException {
        StoreDirectory.objectFiles(root).close(); // an empty directory is not made a store by cleaning it
        try (StoreDirectory held = StoreDirectory.open(root)) {
            Garbage garbage = new Garbage();
            long now = clock.millis();
            Map<Variant, Long> newest = new HashMap<>();
            walk((file, object, damage) -> {
                String found = object == null ? damage : damage(object);
                if (object == null || found != null) {
                    garbage.add(file, "damaged: " + found);
                    return true;
                }
                StoredHead head = object.head();
                if (options.has("--expired")
                        && !head.freshness().freshAt(now)
                        && !head.freshness().mayServeOnError(now)) {
                    garbage.add(file, "expired");
                    return true;
                }
                long id = object.header().id();
                Variant variant =
                        new Variant(object.key(), head.variant(), head.vary().fields());
                Long other = newest.putIfAbsent(variant, id);
                if (other != null) {
                    newest.put(variant, Math.max(other, id));
                    garbage.add(held.object(Math.min(other, id)), "replaced by a newer one");
                }
                return true;
            });
            try (DirectoryStream<Path> partials =
                    Files.newDirectoryStream(held.partials(), StoreDirectory::isPartial)) {
                for (Path file : partials) {
                    garbage.add(file, "never arrived whole");
                }
            }
            for (Map.Entry<Path, String> each : garbage.files.entrySet()) {
                out.println(each.getKey() + "  " + each.getValue());
                if (!options.has("--dry-run")) {
                    Files.deleteIfExists(each.getKey());
                }
            }
            out.printf(
                    "%s %,d files, %,d bytes%n",
                    options.has("--dry-run") ? "would delete" : "deleted", garbage.files.size(), garbage.bytes);
            return 0;
        }
    }

    private static String url(ObjectKey key) {
        return plain(key.site() + key.target()) + (key.segment() == ObjectKey.WHOLE ? "" : " [" + key.segment() + "]");
    }

    /** What came from outside must not steer a terminal. */
    private static String plain(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
