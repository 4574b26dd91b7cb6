package org.popnet.edge.clients;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.popnet.platform.load.RoundTripSource;
import org.popnet.platform.message.Message.ClientRoundTrip;

/**
 * Round-trip times of clients' connections, as the kernel measured them, by prefix: /24 of IPv4, /56 of IPv6. Of each prefix
 * the last {@value #SAMPLES_MAX} are kept and their median is told; of {@value #PREFIXES_MAX} prefixes, those seen last. Called
 * by any thread.
 */
public final class ClientRoundTrips implements RoundTripSource {
    static final int PREFIXES_MAX = 8_192;
    static final int SAMPLES_MAX = 16;
    /** Fewer say too little: one of them may be of a client with a bad line. */
    static final int SAMPLES_MIN = 3;

    private static final int IPV4_BITS = 24;
    private static final int IPV6_BITS = 56;

    private final Map<InetAddress, Samples> prefixes = new LinkedHashMap<>(16, 0.75f, true);
    private final Set<InetAddress> untold = new LinkedHashSet<>();

    private static final class Samples {
        private final int[] micros = new int[SAMPLES_MAX];
        private int count;

        void add(int sample) {
            micros[count++ % SAMPLES_MAX] = sample;
            if (count == 2 * SAMPLES_MAX) {
                count = SAMPLES_MAX; // full stays full, the place to write the same
            }
        }

        double medianMs() {
            int[] sorted = Arrays.copyOf(micros, Math.min(count, SAMPLES_MAX));
            Arrays.sort(sorted);
            int middle = sorted.length / 2;
            return (sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + (long) sorted[middle]) / 2.0)
                    / 1000;
        }
    }

    /** @param micros the smoothed round-trip time of one of the client's connections; 0 if the kernel has none yet */
    public void sample(InetAddress client, long micros) {
        if (micros <= 0) {
            return;
        }
        InetAddress prefix = prefix(client);
        synchronized (this) {
            Samples samples = prefixes.computeIfAbsent(prefix, p -> new Samples());
            samples.add((int) Math.min(Integer.MAX_VALUE, micros));
            if (samples.count >= SAMPLES_MIN) {
                untold.add(prefix);
            }
            if (prefixes.size() > PREFIXES_MAX) {
                InetAddress eldest = prefixes.keySet().iterator().next();
                prefixes.remove(eldest);
                untold.remove(eldest);
            }
        }
    }

    @Override
    public synchronized List<ClientRoundTrip> next(int max) {
        List<ClientRoundTrip> told = new ArrayList<>();
        for (Iterator<InetAddress> i = untold.iterator(); i.hasNext() && told.size() < max; ) {
            InetAddress prefix = i.next();
            i.remove();
            Samples samples = prefixes.get(prefix);
            if (samples != null) {
                told.add(new ClientRoundTrip(prefix, bits(prefix), samples.medianMs()));
            }
        }
        return told;
    }

    synchronized int size() {
        return prefixes.size();
    }

    private static int bits(InetAddress address) {
        return address.getAddress().length == 4 ? IPV4_BITS : IPV6_BITS;
    }

    private static InetAddress prefix(InetAddress client) {
        byte[] address = client.getAddress();
        Arrays.fill(address, bits(client) / 8, address.length, (byte) 0);
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(client + " has an address of " + address.length + " bytes", e);
        }
    }
}
