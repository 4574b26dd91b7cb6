package org.popnet.fetch.serve;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.apache.tomcat.util.modeler.Registry;
import org.apache.tomcat.util.threads.VirtualThreadExecutor;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.load.TrafficMeter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.SmartLifecycle;

/**
 * A Tomcat of its own for edges' requests, one virtual thread each; nothing of Spring MVC or the control port is
 * reachable through it. Paths pass through as they came, encoded slashes and odd characters included.
 */
public final class DataPort implements SmartLifecycle, HealthIndicator {
    private static final Logger log = LoggerFactory.getLogger(DataPort.class);

    private static final int WRITE_BUFFER_BYTES = 64 * 1024;

    private final InetAddress address;
    private final int port;
    private final DataPortSettings settings;
    private final Path workDirectory;
    private final FetchServlet servlet;
    private final TrafficMeter traffic;
    private @Nullable Tomcat tomcat;

    DataPort(
            InetAddress address,
            int port,
            DataPortSettings settings,
            Path workDirectory,
            FetchServlet servlet,
            TrafficMeter traffic,
            MeterRegistry meters) {
        this.address = address;
        this.port = port;
        this.settings = settings;
        this.workDirectory = workDirectory;
        this.servlet = servlet;
        this.traffic = traffic;
        Gauge.builder("popnet.fetch.connections", this, DataPort::openConnections)
                .register(meters);
    }

    @Override
    public synchronized void start() {
        if (tomcat != null) {
            return;
        }
        requireFree();
        // Its beans would collide with those of the control port's Tomcat, and nobody reads them.
        Registry.disableRegistry();
        Tomcat starting = new Tomcat();
        try {
            Files.createDirectories(workDirectory);
            starting.setBaseDir(workDirectory.toString());
            starting.setConnector(connector());
            starting.getEngine().setName("fetch");
            Context context = starting.addContext("", new File(workDirectory.toString()).getAbsolutePath());
            if (context instanceof StandardContext standard) {
                // nothing is ever undeployed here: no search for what a web application might leave behind
                standard.setClearReferencesRmiTargets(false);
                standard.setClearReferencesThreadLocals(false);
            }
            context.getPipeline().addValve(new TellingNotModified());
            Tomcat.addServlet(context, "fetch", servlet);
            context.addServletMappingDecoded("/", "fetch");
            starting.start();
        } catch (IOException | LifecycleException e) {
            destroy(starting);
            throw new IllegalStateException(busy(e), e);
        }
        if (starting.getConnector().getState() != LifecycleState.STARTED) {
            destroy(starting);
            throw new IllegalStateException(busy(null));
        }
        tomcat = starting;
        traffic.countConnectionsBy(this::openConnections);
        traffic.connectionsAtMost(settings.connectionsMax());
        log.info("Edges are answered at {}:{}", address.getHostAddress(), localPort());
    }

    private Connector connector() {
        Connector connector = new Connector(new EarlyHints.Protocol());
        connector.setPort(port);
        connector.setXpoweredBy(false);
        connector.setAllowTrace(false);
        // Bytes of a path mean what the customer's server takes them for: none are decoded or refused here.
        connector.setURIEncoding("ISO-8859-1");
        connector.setEncodedSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
        connector.setEncodedReverseSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
        connector.setMaxParameterCount(0);
        connector.setMaxPostSize(0);
        AbstractHttp11Protocol<?> http = (AbstractHttp11Protocol<?>) connector.getProtocolHandler();
        http.setAddress(address);
        http.setExecutor(new VirtualThreadExecutor("fetch-"));
        http.setMaxConnections(settings.connectionsMax());
        http.setMaxHttpHeaderSize((int) settings.headerBytesMax().toBytes());
        http.setMaxKeepAliveRequests(-1);
        http.setKeepAliveTimeout((int) settings.keepAlive().toMillis());
        http.setConnectionTimeout((int) settings.ioTimeout().toMillis());
        http.setRelaxedPathChars("\"<>[\\]^`{|}");
        http.setRelaxedQueryChars("\"<>[\\]^`{|}");
        http.setCompression("off");
        http.setUseSendfile(false);
        http.setTcpNoDelay(true);
        // Bodies go out in as few system calls as they are read in.
        connector.setProperty("socket.appWriteBufSize", Integer.toString(WRITE_BUFFER_BYTES));
        connector.setProperty("socket.directBuffer", "true");
        return connector;
    }

    /** Tomcat only logs that a port is taken; this says so before. */
    private void requireFree() {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(address, port));
        } catch (IOException e) {
            throw new IllegalStateException(busy(e), e);
        }
    }

    private String busy(@Nullable Exception cause) {
        return "data port " + address.getHostAddress() + ":" + port + " cannot be opened"
                + (cause == null ? "" : " (" + cause.getMessage() + ")")
                + ": stop what listens there, or change `ports: {fetch: …}` of this node in the tree";
    }

    /** The port that is listened on, if it was 0 to begin with. */
    synchronized int localPort() {
        return tomcat == null ? port : tomcat.getConnector().getLocalPort();
    }

    private synchronized long openConnections() {
        return tomcat != null && tomcat.getConnector().getProtocolHandler() instanceof AbstractProtocol<?> protocol
                ? Math.max(0, protocol.getConnectionCount() - 1) // one counts for whom is waited
                : 0;
    }

    /** Takes no new connections, lets requests in progress end, then closes. */
    @Override
    public void stop() {
        Tomcat stopping;
        synchronized (this) {
            stopping = tomcat;
            tomcat = null;
        }
        if (stopping != null) {
            stopping.getConnector().getProtocolHandler().closeServerSocketGraceful();
            if (!servlet.awaitIdle(settings.drain())) {
                log.warn("Requests were still in progress after {}", settings.drain());
            }
            destroy(stopping);
        }
    }

    private static void destroy(Tomcat tomcat) {
        try {
            tomcat.stop();
            tomcat.destroy();
        } catch (LifecycleException e) {
            log.warn("Data port did not close cleanly", e);
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return tomcat != null;
    }

    @Override
    public Health health() {
        Health.Builder health = isRunning() ? Health.up() : Health.down();
        return health.withDetail("address", address.getHostAddress() + ":" + localPort())
                .build();
    }
}
