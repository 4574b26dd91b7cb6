package org.popnet.netview.access;

import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.session.ManagerBase;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.threads.VirtualThreadExecutor;
import org.popnet.netview.NetViewSettings;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.tree.Node;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.stereotype.Component;

/**
 * The port people use: plain HTTP beside the control port, from the same server. A request's port decides what it may
 * reach; it is the port of the socket, which no header can change.
 */
@Component
public final class PeoplePort implements WebServerFactoryCustomizer<TomcatServletWebServerFactory>, RequestMatcher {
    private static final int HEADER_BYTES_MAX = 16 << 10;
    private static final int FORM_BYTES_MAX = 64 << 10;
    private static final int PARAMETERS_MAX = 100;
    private static final int IDLE_MS = 20_000;

    private final InetAddress address;
    private final int port;
    private final NetViewSettings settings;

    PeoplePort(CurrentTree tree, NetViewSettings settings) {
        Node node = tree.node();
        this.address = node.address();
        this.port = node.ports().http();
        this.settings = settings;
    }

    public int port() {
        return port;
    }

    @Override
    public boolean matches(HttpServletRequest request) {
        return request.getLocalPort() == port;
    }

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        Http11NioProtocol protocol = new Http11NioProtocol();
        protocol.setAddress(address);
        protocol.setMaxHttpHeaderSize(HEADER_BYTES_MAX);
        protocol.setMaxConnections(settings.connectionsMax());
        protocol.setConnectionTimeout(IDLE_MS);
        protocol.setExecutor(new VirtualThreadExecutor("people-"));
        protocol.setCompression("on");
        protocol.setUseSendfile(false); // a sent file would escape compression
        Connector connector = new Connector(protocol);
        connector.setPort(port);
        connector.setMaxPostSize(FORM_BYTES_MAX);
        connector.setMaxParameterCount(PARAMETERS_MAX);
        connector.setURIEncoding("UTF-8");
        connector.setXpoweredBy(false);
        factory.addAdditionalConnectors(connector);
        factory.addContextCustomizers(context -> {
            context.setUseRelativeRedirects(true); // no link is ever made from a Host header
            if (context.getManager() instanceof ManagerBase manager) {
                manager.setMaxActiveSessions(settings.sessionsMax());
            }
        });
    }
}
