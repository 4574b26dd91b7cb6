package org.popnet.platform.settings;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.popnet.platform.control.Role;
import org.popnet.platform.identity.CertificateAuthority;
import org.popnet.platform.identity.IdentityFiles;
import org.springframework.context.ConfigurableApplicationContext;

/** A real node process's inside, started in the test: real TLS, real files, an application of the test's choice. */
public final class TestNode implements AutoCloseable {
    public static final String ADDRESS = "127.250.0.1";
    private final ConfigurableApplicationContext context;
    private final int controlPort;

    private TestNode(ConfigurableApplicationContext context, int controlPort) {
        this.context = context;
        this.controlPort = controlPort;
    }

    /** Starts the application as this node; its state, authority and identity stand below the directory. */
    public static TestNode start(Class<?> application, String node, Path directory, String... args) throws Exception {
        CertificateAuthority authority = authority(directory);
        Path state = Files.createDirectories(directory.resolve(node));
        IdentityFiles identity = IdentityFiles.inStateDirectory(state);
        if (!identity.hasCertificate()) {
            identity.writeCertificate(authority.issue(
                    node,
                    Role.DNS,
                    List.of(InetAddress.ofLiteral(ADDRESS)),
                    List.of(node + ".pop.example"),
                    Duration.ofDays(1)));
        }
        identity.loadOrCreateKey();
        int port = freePort();
        Path file = directory.resolve(node + ".properties");
        Files.writeString(file, """
                popnet.node=%s
                popnet.state-directory=%s
                popnet.address=%s
                popnet.control-port=%d
                popnet.zone=pop.example
                popnet.config-server=https://127.250.0.9:1
                popnet.name-servers=127.250.0.9:2
                popnet.datagrams.enabled=false
                """.formatted(node, state, ADDRESS, port));
        String[] all = new String[args.length + 1];
        all[0] = "--popnet.node-file=" + file;
        System.arraycopy(args, 0, all, 1, args.length);
        return new TestNode(PopnetNode.start(application, "test-service", all), port);
    }

    public static CertificateAuthority authority(Path directory) {
        return CertificateAuthority.loadOrCreate(directory.resolve("authority"), "test", InstantSource.system());
    }

    public int controlPort() {
        return controlPort;
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral(ADDRESS))) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
