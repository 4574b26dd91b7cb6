package org.popnet.platform.flush;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.popnet.platform.settings.DurableFiles;

/**
 * The watermark of every site, durable: a file of lines {@code site number}, appended to and synced with each flush, and
 * written anew at start and whenever half of a long file is history. A line that a crash cut short is ignored.
 */
final class WatermarkJournal implements AutoCloseable {
    private static final Pattern LINE = Pattern.compile("([a-z0-9.-]{1,253}) ([0-9]{1,18})");
    private static final int LINES_KEPT = 4096;

    private final Path file;
    private final Map<String, Long> watermarks = new ConcurrentHashMap<>();
    private FileChannel channel;
    private int lines;

    /** @throws IOException if the directory cannot be written to */
    WatermarkJournal(Path directory) throws IOException {
        Files.createDirectories(directory);
        this.file = directory.resolve("watermarks");
        if (Files.exists(file)) {
            read(Files.readString(file, StandardCharsets.ISO_8859_1));
        }
        this.channel = rewritten();
    }

    /** By site; a live view. */
    Map<String, Long> watermarks() {
        return watermarks;
    }

    /** Raises a site's watermark; on disk when it returns. A lower number than the present one changes nothing. */
    synchronized void raise(String site, long number) throws IOException {
        if (watermarks.getOrDefault(site, -1L) >= number) {
            return;
        }
        ByteBuffer line = StandardCharsets.ISO_8859_1.encode(site + " " + number + "\n");
        while (line.hasRemaining()) {
            channel.write(line);
        }
        channel.force(false);
        watermarks.put(site, number);
        lines++;
        if (lines > LINES_KEPT && lines > 2 * watermarks.size()) {
            channel.close();
            channel = rewritten();
        }
    }

    private void read(String text) {
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        whole.lines().forEach(line -> {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                watermarks.merge(matcher.group(1), Long.parseLong(matcher.group(2)), Math::max);
            }
        });
    }

    private FileChannel rewritten() throws IOException {
        StringBuilder text = new StringBuilder();
        watermarks.forEach((site, number) ->
                text.append(site).append(' ').append(number.longValue()).append('\n'));
        DurableFiles.write(file, text.toString());
        lines = watermarks.size();
        return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    @Override
    public synchronized void close() throws IOException {
        channel.close();
    }
}
