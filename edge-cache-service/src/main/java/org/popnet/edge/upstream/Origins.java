package org.popnet.edge.upstream;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.popnet.edge.site.Site;
import org.popnet.platform.origin.AddressGuard;
import org.popnet.platform.origin.OriginChoice;
import org.popnet.platform.tree.CustomerServer;

/**
 * The customer's servers for a request that passes through, each checked by the address guard. A client stays with the
 * server that answered it, as long as the tree lists it and it answers; the first time it is the best one.
 */
public final class Origins {
    private static final long CLIENTS_MAX = 100_000;
    private static final Duration PERSISTENCE = Duration.ofMinutes(10);

    private record Client(String site, InetAddress address) {}

    private final OriginChoice choice;
    private final Cache<Client, CustomerServer> affinity = Caffeine.newBuilder()
            .maximumSize(CLIENTS_MAX)
            .expireAfterAccess(PERSISTENCE)
            .build();

    public Origins(OriginChoice choice) {
        this.choice = choice;
    }

    /** Best first for this client. */
    public List<Upstream> ranked(Site site, InetAddress client) {
        List<CustomerServer> order = new ArrayList<>(choice.ranked(site.domain()));
        order.removeIf(s -> !AddressGuard.admits(site.customer(), s.address(), s.port()));
        CustomerServer kept = affinity.getIfPresent(new Client(site.name(), client));
        if (kept != null && order.remove(kept)) {
            order.addFirst(kept);
        }
        return order.stream()
                .map(s -> new Upstream(s.socketAddress(), site.domain().originHost(), s, 0))
                .toList();
    }

    /** Remembers who answered a client. */
    public void answered(Site site, InetAddress client, CustomerServer server) {
        affinity.put(new Client(site.name(), client), server);
    }
}
