package org.popnet.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.popnet.bench.HttpLoad.Sample;

class HttpContestTest {
    private final Report report = new Report("Edge");

    private Rounds<Sample> play(long failedByOurs, long failedByPeer) throws Exception {
        Map<String, Rounds.Run<Sample>> servers = new LinkedHashMap<>();
        servers.put("ours", () -> new Sample(10, 1_000, 1.5, 400, failedByOurs));
        servers.put("nginx", () -> new Sample(20, 500, 0.7, 200, failedByPeer));
        return new HttpContest(report, "hits", "ours", 2, progress -> {}).play("1 KB", servers);
    }

    private String text() throws Exception {
        return report.text(Machine.here(), LocalDate.EPOCH);
    }

    @Test
    void everyServerHasARowAndNothingIsSaidOfFailuresThatWereNone() throws Exception {
        assertThat(play(0, 0).median("nginx", Sample::cpuMicros)).isEqualTo(20);
        assertThat(text()).contains("1 KB").contains("nginx").contains("500").doesNotContain("failures");
    }

    @Test
    void peerThatFailsIsNamedAndStillMeasured() throws Exception {
        play(0, 3);
        assertThat(text()).contains("nginx: 6 failures in 400 requests (1 KB)").contains("20");
    }

    @Test
    void oursMustNotFail() {
        assertThatThrownBy(() -> play(1, 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ours: 2 failures in 800 requests (1 KB)");
    }

    @Test
    void whatWrkPrintsIsUnderstood() throws Exception {
        String output = """
                Running 2s test @ http://127.0.0.1:18777/
                  1 threads and 64 connections
                  Thread Stats   Avg      Stdev     Max   +/- Stdev
                    Latency     2.31ms  500.00us  12.30ms   90.00%
                    Req/Sec    27.00k     1.20k   28.00k    75.00%
                  53661 requests in 2.00s, 5.13GB read
                """;
        assertThat(HttpLoad.parse(output, 1_000_000))
                .isEqualTo(new Sample(1e6 / 53_661, 53_661 / 2.0, 5.13 * (1 << 30) / 2.0 / 1e6, 53_661, 0));
        assertThat(HttpLoad.parse(output + "  Socket errors: connect 1, read 2, write 3, timeout 4\n", 1)
                        .failed())
                .isEqualTo(10);
        assertThat(HttpLoad.parse(output + "  Non-2xx or 3xx responses: 7\nRequests/sec:  1.00\n", 1)
                        .failed())
                .isEqualTo(7);
        assertThat(HttpLoad.parse("  2 requests in 1.00m, 600.00B read\n", 1).megabytesPerSecond())
                .isEqualTo(600 / 60.0 / 1e6);
        assertThatThrownBy(() -> HttpLoad.parse("unable to connect to 127.0.0.1:1 Connection refused", 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Connection refused");
    }
}
