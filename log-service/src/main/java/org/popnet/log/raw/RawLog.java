package org.popnet.log.raw;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.spool.LogRecord;
import org.popnet.platform.tree.NodeName;

/**
 * Raw logs on disk: {@code <state>/raw/<customer>/2026/11/22/15.ndjson.zst} holds the records of that customer that are
 * accounted in that hour (UTC), as lines of JSON in zstd frames one after the other, which DuckDB, Spark and every zstd
 * tool read as they are. {@code 15-queries.ndjson.zst} and {@code 15-events.ndjson.zst} hold the other kinds.
 *
 * <p>Each transaction appends one frame to each file it touches and syncs it before it commits; the committed length of
 * a file stands in the transaction. A file that is longer was left by a transaction that did not commit: the rest is cut
 * off when the process starts and whenever a transaction failed. For one thread.
 */
public final class RawLog implements AutoCloseable {
    /** Files kept open between transactions. */
    private static final int OPEN_MAX = 256;

    private final Path root;
    private final String server;
    private final FileChannel lock;
    private final Map<RawFile, Open> open = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<RawFile, JsonLines> lines = new TreeMap<>();
    private final ArrayDeque<JsonLines> unused = new ArrayDeque<>();
    private final ZstdCompressCtx compressor = new ZstdCompressCtx();
    private @Nullable NodeName lastSender;
    private String lastSenderName = "";
    private @Nullable RawFile lastFile;
    private @Nullable JsonLines lastLines;
    private byte[] frame = new byte[64 * 1024];

    private static final class Open {
        final FileChannel channel;
        long committed;
        long written;

        Open(FileChannel channel, long committed) {
            this.channel = channel;
            this.committed = committed;
            this.written = committed;
        }
    }

    /**
     * @param root made if it is not there
     * @param server under which the committed lengths stand
     * @throws IOException if the folder cannot be written, or another process has it
     */
    public RawLog(Path root, NodeName server) throws IOException {
        this.root = root;
        this.server = server.toString();
        compressor.setLevel(3).setContentSize(true).setChecksum(true);
        Files.createDirectories(root);
        lock = FileChannel.open(root.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock held = lock.tryLock();
            if (held == null) {
                throw new IOException(
                        root + " is in use by another process: give each log server a state directory of its own");
            }
        } catch (OverlappingFileLockException | IOException e) {
            lock.close();
            throw new IOException(root + " cannot be locked: " + e.getMessage(), e);
        }
    }

    /** Adds a record to the transaction. */
    public void add(String customer, NodeName sender, long accountedMs, LogRecord record) {
        if (sender != lastSender) {
            lastSender = sender;
            lastSenderName = sender.toString();
        }
        RawLine.append(lines(RawFile.of(customer, accountedMs, record)), lastSenderName, accountedMs, record);
    }

    /** Records of a batch mostly belong to one file. */
    private JsonLines lines(RawFile file) {
        JsonLines known = lastLines;
        if (known == null || !file.equals(lastFile)) {
            known = lines.computeIfAbsent(file, f -> buffer());
            lastFile = file;
            lastLines = known;
        }
        return known;
    }

    private JsonLines buffer() {
        JsonLines used = unused.poll();
        return used == null ? new JsonLines() : used;
    }

    private ByteBuffer compressed(JsonLines text) {
        int most = (int) Zstd.compressBound(text.length());
        if (frame.length < most) {
            frame = new byte[most];
        }
        return ByteBuffer.wrap(
                frame, 0, compressor.compressByteArray(frame, 0, frame.length, text.array(), 0, text.length()));
    }

    private void forgetLines() {
        for (JsonLines text : lines.values()) {
            text.clear();
            if (unused.size() < OPEN_MAX) {
                unused.add(text);
            }
        }
        lines.clear();
        lastFile = null;
        lastLines = null;
    }

    /** Writes what was added, brings it to disk, and puts the new lengths into the transaction. */
    public void write(Connection connection) throws IOException, SQLException {
        try (PreparedStatement save = connection.prepareStatement("""
                INSERT INTO log.raw_file (server, path, bytes) VALUES (?, ?, ?)
                ON CONFLICT (server, path) DO UPDATE SET bytes = excluded.bytes, changed = now()""")) {
            for (Map.Entry<RawFile, JsonLines> entry : lines.entrySet()) {
                Open file = opened(connection, entry.getKey());
                ByteBuffer rest = compressed(entry.getValue());
                while (rest.hasRemaining()) {
                    file.written += file.channel.write(rest, file.written);
                }
                file.channel.force(false);
                save.setString(1, server);
                save.setString(2, entry.getKey().path());
                save.setLong(3, file.written);
                save.addBatch();
            }
            save.executeBatch();
        }
        forgetLines();
    }

    private Open opened(Connection connection, RawFile file) throws IOException, SQLException {
        Open known = open.get(file);
        if (known != null) {
            return known;
        }
        Path path = root.resolve(file.path());
        long committed = committed(connection, file.path());
        createDirectories(path.getParent());
        FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        cutBack(channel, path, committed);
        Open fresh = new Open(channel, committed);
        open.put(file, fresh);
        return fresh;
    }

    private static void createDirectories(@Nullable Path directory) throws IOException {
        if (directory != null) {
            Files.createDirectories(directory);
        }
    }

    private static void cutBack(FileChannel channel, Path path, long committed) throws IOException {
        if (channel.size() < committed) {
            channel.close();
            throw new IOException(path + " has " + channel.size() + " bytes of " + committed
                    + " that are committed: restore it from its backup, or move it away and lower its length in"
                    + " log.raw_file to what is left");
        }
        if (channel.size() > committed) {
            channel.truncate(committed);
        }
    }

    private long committed(Connection connection, String path) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT bytes FROM log.raw_file WHERE server = ? AND path = ?")) {
            select.setString(1, server);
            select.setString(2, path);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }

    /** The transaction is committed. */
    public void committed() throws IOException {
        open.values().forEach(file -> file.committed = file.written);
        var eldest = open.entrySet().iterator();
        while (open.size() > OPEN_MAX && eldest.hasNext()) {
            eldest.next().getValue().channel.close();
            eldest.remove();
        }
    }

    /**
     * The transaction failed, or nobody knows whether it committed: forgets what was added and all lengths, so that each
     * file is cut back to what the database says when it is next written.
     */
    public void abandon() {
        forgetLines();
        for (Open file : open.values()) {
            try {
                file.channel.close();
            } catch (IOException e) {
                // Opened anew, and an error there counts.
            }
        }
        open.clear();
    }

    String server() {
        return server;
    }

    /** Paths of a customer's files whose hours ended before the moment, the oldest first. */
    List<String> expired(Connection connection, String customer, Instant moment, int most) throws SQLException {
        List<String> paths = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT path FROM log.raw_file WHERE server = ? AND path COLLATE "C" >= ? AND path COLLATE "C" < ?
                ORDER BY path COLLATE "C" LIMIT ?""")) {
            select.setString(1, server);
            select.setString(2, customer + "/");
            select.setString(3, RawFile.pathBefore(customer, moment));
            select.setInt(4, most);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    paths.add(rows.getString(1));
                }
            }
        }
        return paths;
    }

    /** Deletes files, the database's word for them first: a file that stays behind after a crash goes at recovery. */
    void delete(Connection connection, List<String> paths) throws SQLException, IOException {
        if (paths.isEmpty()) {
            return;
        }
        try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM log.raw_file WHERE server = ? AND path = ANY (?)")) {
            delete.setString(1, server);
            delete.setArray(2, connection.createArrayOf("text", paths.toArray()));
            delete.executeUpdate();
        }
        connection.commit();
        abandon();
        for (String path : paths) {
            Files.deleteIfExists(root.resolve(path));
            deleteEmpty(root.resolve(path).getParent());
        }
    }

    private void deleteEmpty(@Nullable Path directory) throws IOException {
        Path at = directory;
        try {
            while (at != null && !at.equals(root)) {
                Files.delete(at);
                at = at.getParent();
            }
        } catch (DirectoryNotEmptyException e) {
            // Others are still there.
        }
    }

    /** Cuts every file back to its committed length: after a crash, before anyone else reads the folder. */
    public void recover(Connection connection) throws IOException, SQLException {
        abandon();
        Map<String, Long> committed = new HashMap<>();
        try (PreparedStatement select =
                connection.prepareStatement("SELECT path, bytes FROM log.raw_file WHERE server = ?")) {
            select.setString(1, server);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    committed.put(rows.getString(1), rows.getLong(2));
                }
            }
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (file.getFileName().toString().endsWith(RawFile.SUFFIX)) {
                    long bytes = committed.getOrDefault(RawFile.pathOf(root, file), 0L);
                    if (bytes == 0) {
                        Files.delete(file);
                    } else if (attributes.size() > bytes) {
                        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                            channel.truncate(bytes);
                        }
                    }
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void close() throws IOException {
        abandon();
        compressor.close();
        lock.close();
    }
}
