package org.popnet.local.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.OptionalLong;
import org.popnet.platform.agent.NodeDescription;
import org.popnet.platform.control.ControlException;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.tree.Node;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** How each kind of process is asked. */
public final class HealthChecks {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private HealthChecks() {}

    /**
     * A node says so itself, on its control port. While nothing listens there yet it is not asked: a refused connection
     * costs next to nothing, a question over TLS milliseconds, and starting nodes are asked often.
     */
    public static HealthCheck node(ControlHttp control, Node node) {
        HealthCheck listens = acceptsConnections(node.controlAddress());
        return () -> {
            if (!listens.ask().isUp()) {
                return Health.SILENT;
            }
            try {
                NodeDescription description = control.get(node, "/node", NodeDescription.class);
                return new Health(description.health(), OptionalLong.of(description.generation()));
            } catch (ControlException e) {
                return Health.SILENT;
            }
        };
    }

    static HealthCheck acceptsConnections(InetSocketAddress address) {
        return () -> {
            try (Socket socket = new Socket()) {
                socket.connect(address, (int) TIMEOUT.toMillis());
                return Health.UP;
            } catch (IOException e) {
                return Health.SILENT;
            }
        };
    }

    /**
     * Any answer counts: a resolver is well also while the name servers behind it are not. It is asked without wanting
     * recursion, so that it need not ask them.
     */
    static HealthCheck answersDns(InetSocketAddress address, String zone) {
        return () -> {
            try {
                SimpleResolver resolver = new SimpleResolver(address);
                resolver.setTimeout(TIMEOUT);
                Record question = Record.newRecord(Name.fromString(zone + "."), Type.SOA, DClass.IN);
                Message query = Message.newQuery(question);
                query.getHeader().unsetFlag(Flags.RD);
                resolver.send(query);
                return Health.UP;
            } catch (IOException e) {
                return Health.SILENT;
            }
        };
    }
}
