package org.popnet.dns.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatencyRequestsTest {
    @Test
    void latencyRequestsAreAskedOnceBoundedAndBatched() {
        LatencyRequests requests = new LatencyRequests(10, 60_000);
        for (int i = 0; i < 30; i++) {
            requests.offer(0, 0xffff_0000_0000L + i % 15, 1000);
        }
        assertThat(requests.dropped()).isEqualTo(10);
        assertThat(requests.take(4)).hasSize(4);
        assertThat(requests.take(100)).hasSize(6);
        requests.offer(0, 0xffff_0000_0000L, 2000);
        assertThat(requests.take(100)).isEmpty();
        requests.offer(0, 0xffff_0000_0000L, 62_000);
        assertThat(requests.take(100)).hasSize(1);
    }
}
