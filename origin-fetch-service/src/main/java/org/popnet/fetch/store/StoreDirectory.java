package org.popnet.fetch.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The directory of a store, held by one process at a time.
 *
 * <pre>
 * VERSION           popnet-store 1
 * lock              locked while a process holds the store
 * objects/xx/       id.obj: 256 folders by the id's last two hexadecimal digits
 * partial/          id.part: bodies that are still arriving
 * catalogue         a list of the objects, for a quick start; may be missing
 * </pre>
 */
final class StoreDirectory implements AutoCloseable {
    private static final String VERSION_LINE = "popnet-store " + ObjectFile.VERSION;
    private static final Pattern PARTIAL = Pattern.compile("[0-9a-f]{16}\\.part");
    private static final HexFormat HEX = HexFormat.of();

    private final Path root;
    private final FileChannel lockFile;
    private final FileStore fileSystem;

    private StoreDirectory(Path root, FileChannel lockFile) throws IOException {
        this.root = root;
        this.lockFile = lockFile;
        this.fileSystem = Files.getFileStore(root);
    }

    /**
     * Opens the directory, making it if it is missing or empty.
     *
     * @throws UnusableStoreException if it cannot be used; nothing in it has been changed then
     */
    static StoreDirectory open(Path root) {
        try {
            Files.createDirectories(root);
        } catch (IOException e) {
            throw new UnusableStoreException(root, "cannot be made (" + e + "): make it writable for this user", e);
        }
        if (!Files.isWritable(root)) {
            throw new UnusableStoreException(root, "is not writable: make it writable for this user", null);
        }
        FileChannel lockFile = lock(root);
        try {
            checkVersion(root);
            for (int i = 0; i < 256; i++) {
                Files.createDirectories(root.resolve("objects").resolve(HEX.toHexDigits((byte) i)));
            }
            Files.createDirectories(root.resolve("partial"));
            return new StoreDirectory(root, lockFile);
        } catch (IOException e) {
            closeQuietly(lockFile);
            throw new UnusableStoreException(root, "cannot be prepared (" + e + "): check the disk", e);
        } catch (RuntimeException e) {
            closeQuietly(lockFile);
            throw e;
        }
    }

    /**
     * The files of a store's objects, in the order of their folders, whoever holds the store; files that are no objects are
     * left out. Close the stream.
     *
     * @throws UnusableStoreException if it is not a store that this software reads
     */
    static Stream<Path> objectFiles(Path root) {
        try {
            if (!Files.exists(root.resolve("VERSION"))) {
                throw new UnusableStoreException(
                        root, "is not a store: name the directory that has VERSION and objects/ in it", null);
            }
            checkVersion(root);
            return Files.walk(root.resolve("objects"), 2)
                    .filter(file -> id(file) > 0 && file.equals(object(root, id(file))));
        } catch (IOException e) {
            throw new UnusableStoreException(root, "cannot be read (" + e + "): check the disk", e);
        }
    }

    private static FileChannel lock(Path root) {
        FileChannel channel;
        try {
            channel = FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UnusableStoreException(root, "is not writable (" + e + "): make it writable for this user", e);
        }
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // held by this very process
        } catch (IOException e) {
            closeQuietly(channel);
            throw new UnusableStoreException(root, "cannot be locked (" + e + "): use a local file system", e);
        }
        closeQuietly(channel);
        throw new UnusableStoreException(
                root, "is in use by another process: stop that one, or give this node another state directory", null);
    }

    private static void checkVersion(Path root) throws IOException {
        Path version = root.resolve("VERSION");
        if (Files.exists(version)) {
            List<String> lines = Files.readAllLines(version);
            String found = lines.isEmpty() ? "" : lines.getFirst();
            if (!found.equals(VERSION_LINE)) {
                throw new UnusableStoreException(
                        root,
                        "holds '" + found + "', this software keeps '" + VERSION_LINE
                                + "': move the directory away, or run the version that wrote it",
                        null);
            }
            return;
        }
        try (Stream<Path> entries = Files.list(root)) {
            if (entries.anyMatch(p -> !p.getFileName().toString().equals("lock"))) {
                throw new UnusableStoreException(
                        root, "has files in it but no VERSION: it is not a store; name an empty directory", null);
            }
        }
        Files.writeString(version, VERSION_LINE + "\n");
    }

    Path object(long id) {
        return object(root, id);
    }

    /** Where a store's object lies, whether it is there or not. */
    static Path object(Path root, long id) {
        return root.resolve("objects").resolve(HEX.toHexDigits((byte) id)).resolve(HEX.toHexDigits(id) + ".obj");
    }

    /** One of the 256 folders of objects. */
    Path folder(int number) {
        return root.resolve("objects").resolve(HEX.toHexDigits((byte) number));
    }

    Path partials() {
        return root.resolve("partial");
    }

    Path partial(long id) {
        return partials().resolve(HEX.toHexDigits(id) + ".part");
    }

    /** @return the id of the object whose file is called so; -1 if none is */
    static long id(Path file) {
        return id(file.getFileName().toString());
    }

    /** The same for a file's name alone, without the cost of a path. */
    static long id(String name) {
        if (name.length() != 20 || !name.endsWith(".obj")) {
            return -1;
        }
        long id = 0;
        for (int i = 0; i < 16; i++) {
            char c = name.charAt(i);
            int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
            if (digit < 0) {
                return -1;
            }
            id = id << 4 | digit;
        }
        return id;
    }

    static boolean isPartial(Path file) {
        return PARTIAL.matcher(file.getFileName().toString()).matches();
    }

    long freeBytes() throws IOException {
        return fileSystem.getUsableSpace();
    }

    /** Makes the removal of files from these folders survive a power failure. */
    static void force(Iterable<Path> folders) throws IOException {
        for (Path folder : folders) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    Path root() {
        return root;
    }

    @Override
    public void close() {
        closeQuietly(lockFile);
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // the lock goes with the process at the latest
        }
    }
}
