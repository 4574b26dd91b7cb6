package org.popnet.local.demo;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Customer 2's content: unpacked once from archives that the build took from the package registry. Both mirrored
 * servers share it, so the first one unpacks while the other waits.
 *
 * @param documentation the unpacked documentation archive
 * @param downloads the archives themselves
 */
record DemoContent(Path documentation, Path downloads) {

    /** Unpacks what is not there yet. */
    static DemoContent prepare(Path directory) throws IOException {
        Path documentation = directory.resolve("documentation").toAbsolutePath().normalize();
        Path downloads = directory.resolve("downloads").toAbsolutePath().normalize();
        Files.createDirectories(directory);
        try (FileChannel channel = FileChannel.open(
                        directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (!Files.isDirectory(documentation)) {
                unpack(documentationArchive(), documentation);
            }
            if (!Files.isDirectory(downloads)) {
                copyAll(archives(), downloads);
            }
            return new DemoContent(documentation, downloads);
        }
    }

    private static Path archives() throws IOException {
        try {
            Path code = Path.of(DemoContent.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path archives = code.resolveSibling("demo-content");
            if (!Files.isDirectory(archives)) {
                throw new IOException("the demo content " + archives + " is not there: build again (./popnet up)");
            }
            return archives;
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    private static Path documentationArchive() throws IOException {
        try (Stream<Path> files = Files.list(archives())) {
            return files.filter(f -> f.toString().contains("assertj-core"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no documentation archive among the demo content: build again"));
        }
    }

    private static void copyAll(Path from, Path to) throws IOException {
        Path temporary = to.resolveSibling("downloads.new");
        Files.createDirectories(temporary);
        List<Path> files;
        try (Stream<Path> listed = Files.list(from)) {
            files = listed.toList();
        }
        for (Path file : files) {
            Files.copy(file, temporary.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(temporary, to, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void unpack(Path archive, Path to) throws IOException {
        Path temporary = to.resolveSibling("documentation.new");
        try (InputStream in = Files.newInputStream(archive);
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = temporary.resolve(entry.getName()).normalize();
                if (!file.startsWith(temporary)) {
                    throw new IOException(archive + " holds " + entry.getName() + ", which leads out of its directory");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else {
                    Files.createDirectories(file.getParent());
                    Files.copy(zip, file, StandardCopyOption.REPLACE_EXISTING);
                    FileTime modified = entry.getLastModifiedTime();
                    if (modified != null) {
                        Files.setLastModifiedTime(file, modified); // so that mirrored servers agree on validators
                    }
                }
            }
        }
        Files.move(temporary, to, StandardCopyOption.ATOMIC_MOVE);
    }
}
