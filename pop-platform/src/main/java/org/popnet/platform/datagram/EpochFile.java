package org.popnet.platform.datagram;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import org.popnet.platform.settings.StartRefusedException;

/**
 * The number of this node's present life, larger than that of every earlier one, whatever the clock says. Sealing keys
 * depend on it, so it must be on disk before it is used: a number used twice would repeat nonces.
 */
final class EpochFile {
    private EpochFile() {}

    /**
     * Begins a new epoch: the larger of the stored one plus 1 and the clock in milliseconds.
     *
     * @throws StartRefusedException if it cannot be read and stored durably
     */
    static long next(Path file, InstantSource clock) {
        try {
            long stored = Files.exists(file) ? read(file) : 0;
            long epoch = Math.max(Math.addExact(stored, 1), clock.millis());
            store(file, epoch);
            return epoch;
        } catch (IOException e) {
            throw new StartRefusedException("cannot store this node's epoch: " + e.getMessage(), e);
        }
    }

    private static long read(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
        try {
            long stored = Long.parseLong(text);
            if (stored > 0) {
                return stored;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        // Guessing could repeat an epoch, and with it nonces.
        throw new IOException(file + " holds '" + (text.length() > 40 ? text.substring(0, 40) + "…" : text)
                + "': must be a positive number. If it was damaged, delete it and give the node a new datagram key");
    }

    private static void store(Path file, long epoch) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException(file + " is no file in a directory");
        }
        Files.createDirectories(directory);
        Path temporary = directory.resolve(file.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap((epoch + "\n").getBytes(StandardCharsets.US_ASCII));
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
