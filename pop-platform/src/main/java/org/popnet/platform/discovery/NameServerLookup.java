package org.popnet.platform.discovery;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** One SRV question to the network's name servers, asked of each in turn until one answers. */
final class NameServerLookup {
    private static final Logger log = LoggerFactory.getLogger(NameServerLookup.class);
    private static final Duration TIMEOUT = Duration.ofMillis(700);

    private final List<SimpleResolver> resolvers = new ArrayList<>();

    /** @param local the address to ask from: name servers answer service names only to nodes of the tree */
    NameServerLookup(List<InetSocketAddress> nameServers, InetAddress local) {
        for (InetSocketAddress nameServer : nameServers) {
            SimpleResolver resolver = new SimpleResolver(nameServer);
            resolver.setLocalAddress(new InetSocketAddress(local, 0));
            resolver.setTimeout(TIMEOUT);
            resolvers.add(resolver);
        }
    }

    /** The targets and how long they hold, or empty if no name server answered. */
    Optional<Found> ask(String absoluteName) {
        Message question;
        try {
            question = Message.newQuery(Record.newRecord(Name.fromString(absoluteName + "."), Type.SRV, DClass.IN));
        } catch (TextParseException e) {
            throw new IllegalArgumentException("service name '" + absoluteName + "': " + e.getMessage(), e);
        }
        for (SimpleResolver resolver : resolvers) {
            try {
                Message answer = resolver.send(question);
                if (answer.getRcode() == Rcode.NOERROR || answer.getRcode() == Rcode.NXDOMAIN) {
                    return Optional.of(read(answer));
                }
                log.debug("{} answered {} for {}", resolver, Rcode.string(answer.getRcode()), absoluteName);
            } catch (IOException e) {
                log.debug("{} did not answer for {}: {}", resolver, absoluteName, e.toString());
            }
        }
        return Optional.empty();
    }

    private static Found read(Message answer) {
        Map<Name, InetAddress> glue = new HashMap<>();
        for (Record record : answer.getSection(Section.ADDITIONAL)) {
            if (record instanceof ARecord a) {
                glue.putIfAbsent(a.getName(), a.getAddress());
            } else if (record instanceof AAAARecord aaaa) {
                glue.putIfAbsent(aaaa.getName(), aaaa.getAddress());
            }
        }
        List<ServiceAddress> addresses = new ArrayList<>();
        long ttl = 5;
        for (Record record : answer.getSection(Section.ANSWER)) {
            if (record instanceof SRVRecord srv) {
                InetAddress address = glue.get(srv.getTarget());
                if (address != null) {
                    addresses.add(new ServiceAddress(
                            srv.getTarget().toString(true),
                            new InetSocketAddress(address, srv.getPort()),
                            srv.getPriority(),
                            srv.getWeight()));
                    ttl = Math.clamp(srv.getTTL(), 1, 300);
                }
            }
        }
        addresses.sort(Comparator.comparingInt(ServiceAddress::priority)
                .thenComparing(Comparator.comparingInt(ServiceAddress::weight).reversed()));
        return new Found(List.copyOf(addresses), Duration.ofSeconds(ttl));
    }

    record Found(List<ServiceAddress> addresses, Duration ttl) {}
}
