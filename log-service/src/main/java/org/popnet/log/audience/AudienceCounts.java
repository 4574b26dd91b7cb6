package org.popnet.log.audience;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.popnet.log.sketch.Hash64;
import org.popnet.log.sketch.HeavyHitters;
import org.popnet.log.sketch.HyperLogLog;
import org.popnet.platform.spool.AccessRecord;

/** What the records of one transaction say of a domain's hour, exactly; bounded by the transaction. For one thread. */
public final class AudienceCounts {
    /** Separates domain and URL where both make the key: neither holds one. */
    static final char SEPARATOR = ' ';

    private final Map<String, long[]> urls = new HashMap<>();
    private final Map<String, long[]> referrers = new HashMap<>();
    private final Map<String, long[]> agents = new HashMap<>();
    private final Map<String, long[]> clients = new HashMap<>();

    public void add(AccessRecord record) {
        count(urls, record.url(), record.bytesOut());
        count(referrers, orEmpty(record.referrer()), record.bytesOut());
        count(agents, orEmpty(record.userAgent()), record.bytesOut());
        count(clients, record.client(), record.bytesOut());
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static void count(Map<String, long[]> counts, String key, long bytes) {
        long[] sums = counts.computeIfAbsent(key, k -> new long[2]);
        sums[0]++;
        sums[1] += bytes;
    }

    /** Adds this domain's to those of all domains of the customer. */
    void addTo(AudienceCounts all, String domain) {
        urls.forEach((url, sums) -> add(all.urls, domain + SEPARATOR + url, sums));
        referrers.forEach((key, sums) -> add(all.referrers, key, sums));
        agents.forEach((key, sums) -> add(all.agents, key, sums));
        clients.forEach((key, sums) -> add(all.clients, key, sums));
    }

    private static void add(Map<String, long[]> counts, String key, long[] more) {
        long[] sums = counts.computeIfAbsent(key, k -> new long[2]);
        sums[0] += more[0];
        sums[1] += more[1];
    }

    /** Gives each dimension's sketch, if anything was counted in it. */
    void sketches(int urlsMax, Countries countries, BiConsumer<Dimension, HeavyHitters> to) {
        for (Dimension dimension : Dimension.values()) {
            HeavyHitters sketch = new HeavyHitters(dimension.capacity(urlsMax));
            switch (dimension) {
                case URL -> urls.forEach((url, sums) -> sketch.add(storable(url), sums[0], sums[1]));
                case REFERRER ->
                    referrers.forEach((text, sums) -> {
                        String site = ReferringSite.of(text);
                        if (site != null) {
                            sketch.add(site, sums[0], sums[1]);
                        }
                    });
                case AGENT -> agents.forEach((text, sums) -> sketch.add(AgentFamily.of(text), sums[0], sums[1]));
                case COUNTRY ->
                    clients.forEach((client, sums) ->
                            countries.of(client).ifPresent(country -> sketch.add(country, sums[0], sums[1])));
            }
            sketch.trim();
            if (sketch.total() > 0) {
                to.accept(dimension, sketch);
            }
        }
    }

    HyperLogLog distinctClients() {
        HyperLogLog sketch = new HyperLogLog();
        clients.keySet().forEach(client -> sketch.add(Hash64.of(client)));
        return sketch;
    }

    /** PostgreSQL's texts hold any character but this one. */
    private static String storable(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD');
    }
}
