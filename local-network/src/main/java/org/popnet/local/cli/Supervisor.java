package org.popnet.local.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.popnet.local.LocalNetwork;
import org.popnet.local.LocalNetworkBuilder;
import org.popnet.local.state.StateDirectory;

/**
 * The lasting process behind {@code up}: holds PostgreSQL and is the parent of every other process. Commands speak to it
 * over a Unix socket in the state directory: one line {@code start}, answered by lines of progress and, last, {@code ok}
 * or {@code failed}. SIGTERM ends it and everything it started.
 */
final class Supervisor {
    static final String OK = "ok";
    static final String FAILED = "failed";
    private static final String START = "start";
    /** What a Unix socket's path may have; longer ones move to the temporary directory. */
    private static final int SOCKET_PATH_BYTES_MAX = 100;

    private final StateDirectory state;
    private final Supplier<LocalNetworkBuilder> builder;
    private final Consumer<String> log;
    private final AtomicReference<@Nullable LocalNetwork> network = new AtomicReference<>();
    private volatile Consumer<String> listener = line -> {};

    /** @param log told what every command is told too */
    Supervisor(StateDirectory state, Supplier<LocalNetworkBuilder> builder, Consumer<String> log) {
        this.state = state;
        this.builder = builder;
        this.log = log;
    }

    /** Whether a supervisor holds this state directory. */
    static boolean isRunning(StateDirectory state) {
        return pid(state).isPresent();
    }

    /** The process id of the supervisor that holds this state directory. */
    static Optional<Long> pid(StateDirectory state) {
        Path file = lockFile(state);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            try (FileLock lock = channel.tryLock()) {
                if (lock != null) {
                    return Optional.empty(); // nobody holds it: left by one that was killed
                }
            }
            return Optional.of(Long.parseLong(Files.readString(file).strip()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Whether a supervisor takes commands. */
    static boolean isListening(StateDirectory state) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket(state)))) {
            return channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Has the running supervisor start whatever does not run.
     *
     * @param progress told its lines
     * @return its failure in words, or empty if all is up
     * @throws IOException if no supervisor answers
     */
    static Optional<String> start(StateDirectory state, Consumer<String> progress) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket(state)));
                PrintWriter out = new PrintWriter(Channels.newWriter(channel, StandardCharsets.UTF_8), true);
                BufferedReader in = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))) {
            out.println(START);
            String line;
            while ((line = in.readLine()) != null) {
                if (line.equals(OK)) {
                    return Optional.empty();
                }
                if (line.equals(FAILED)) {
                    return Optional.of(String.join("\n", in.lines().toList()));
                }
                progress.accept(line);
            }
            return Optional.of("the supervisor ended; its log is " + state.log("supervisor"));
        }
    }

    /** Runs until this process is told to end. Returns at once if another supervisor holds the state directory. */
    void run(Runnable whenListening) throws IOException {
        state.create();
        Path socket = socket(state);
        try (FileChannel file = FileChannel.open(lockFile(state), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.tryLock()) {
            if (lock == null) {
                throw new IllegalStateException("Popnet is already running (process "
                        + pid(state).map(Object::toString).orElse("?") + "); ./popnet down stops it");
            }
            file.truncate(0);
            file.write(StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"));
            Thread end = new Thread(() -> end(socket), "end");
            Runtime.getRuntime().addShutdownHook(end);
            Files.deleteIfExists(socket);
            try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                server.bind(UnixDomainSocketAddress.of(socket));
                whenListening.run();
                while (serve(server)) {
                    // one command after the other
                }
            }
        }
    }

    /** @return false if nothing runs and this process may end */
    private boolean serve(ServerSocketChannel server) throws IOException {
        try (SocketChannel client = server.accept();
                PrintWriter out = new PrintWriter(Channels.newWriter(client, StandardCharsets.UTF_8), true);
                BufferedReader in = new BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8))) {
            if (!START.equals(in.readLine())) {
                return true;
            }
            try {
                listener = line -> {
                    log.accept(line);
                    out.println(line);
                };
                start();
                out.println(OK);
            } catch (RuntimeException e) {
                e.printStackTrace();
                out.println(FAILED);
                out.println(Problems.sentence(e));
            } catch (InterruptedException e) {
                return false;
            }
        } catch (UncheckedIOException e) {
            // the client went away; what it asked for is done all the same
        }
        return network.get() != null;
    }

    private void start() throws InterruptedException {
        LocalNetwork running = network.get();
        boolean fresh = running == null;
        if (running == null) {
            running = builder.get().progress(line -> listener.accept(line)).prepare();
            network.set(running);
        }
        try {
            running.start();
        } catch (RuntimeException e) {
            if (fresh) {
                network.set(null); // it has stopped what it had started
            }
            throw e;
        }
    }

    /** The network ends itself with this process. */
    private static void end(Path socket) {
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path lockFile(StateDirectory state) {
        return state.root().resolve("supervisor.pid");
    }

    private static Path socket(StateDirectory state) {
        Path socket = state.root().resolve("supervisor.sock");
        return socket.toString().getBytes(StandardCharsets.UTF_8).length <= SOCKET_PATH_BYTES_MAX
                ? socket
                : Path.of(
                        System.getProperty("java.io.tmpdir"),
                        "popnet-" + Integer.toHexString(socket.hashCode()) + ".sock");
    }
}
