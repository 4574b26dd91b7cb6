package org.popnet.edge.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.popnet.platform.discovery.ServiceAddress;

/** How URLs are spread over a POP's origin-fetch servers. */
class FetchersTest {
    private static final String SITE = "www.a.example";

    private final Fetchers fetchers = fetchers(4);

    private static Fetchers fetchers(int servers) {
        List<ServiceAddress> addresses = IntStream.range(0, servers)
                .mapToObj(i -> new ServiceAddress(
                        "fetch" + i + ".a.pop.example", new InetSocketAddress("127.250.3." + (i + 1), 8081), 0, 1))
                .toList();
        Fetchers fetchers = new Fetchers(() -> addresses, site -> 7, System::nanoTime);
        fetchers.refresh();
        return fetchers;
    }

    private InetSocketAddress first(String target) {
        return fetchers.ranked(SITE, target).getFirst().address();
    }

    @Test
    void eachUrlHasItsServerAndAllServersHaveAboutTheSameNumber() {
        Map<InetSocketAddress, Integer> urls = new HashMap<>();
        for (int i = 0; i < 4000; i++) {
            InetSocketAddress server = first("/" + i);
            assertThat(first("/" + i)).isEqualTo(server);
            urls.merge(server, 1, Integer::sum);
        }
        assertThat(urls.values()).hasSize(4).allMatch(n -> n > 850 && n < 1150);
    }

    @Test
    void aServerThatLeavesMovesItsOwnUrlsOnly() {
        Fetchers fewer = fetchers(3);
        InetSocketAddress gone = new InetSocketAddress("127.250.3.4", 8081);
        for (int i = 0; i < 1000; i++) {
            if (!first("/" + i).equals(gone)) {
                assertThat(fewer.ranked(SITE, "/" + i).getFirst().address()).isEqualTo(first("/" + i));
            }
        }
    }

    @Test
    void noServerIsAskedForMoreThanItsShareHoweverPopularOneUrlIs() {
        Map<InetSocketAddress, Integer> running = new HashMap<>();
        for (int i = 0; i < 1000; i++) {
            InetSocketAddress server = first("/popular");
            fetchers.began(server);
            running.merge(server, 1, Integer::sum);
        }
        assertThat(running.values()).allMatch(n -> n <= 1.25 * 1000 / 4 + 1);
        assertThat(fetchers.overflows()).isPositive();

        running.forEach((server, n) -> IntStream.range(0, n).forEach(i -> fetchers.ended(server)));
        InetSocketAddress own = first("/popular");
        assertThat(IntStream.range(0, 16).mapToObj(i -> {
                    InetSocketAddress server = first("/popular");
                    fetchers.began(server);
                    return server;
                }))
                .as("a few at a time all go to the server that has it on disk")
                .containsOnly(own);
    }

    @Test
    void aFetchCarriesTheSitesWatermark() {
        assertThat(fetchers.ranked(SITE, "/a")).allMatch(u -> u.watermark() == 7);
    }
}
