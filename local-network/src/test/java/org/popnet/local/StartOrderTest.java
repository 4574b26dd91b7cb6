package org.popnet.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.popnet.local.process.Health;
import org.popnet.local.process.ProcessSpec;
import org.popnet.local.process.StartException;

class StartOrderTest {
    private final List<String> started = Collections.synchronizedList(new ArrayList<>());

    @Test
    void adminServiceFirstThenNameServersThenTheRest() throws Exception {
        order("edge-cache", "dns", "log", "admin", "dns").start(spec -> started.add(spec.service()));
        assertThat(started.getFirst()).isEqualTo("admin");
        assertThat(started.subList(1, 3)).containsOnly("dns");
        assertThat(started.subList(3, 5)).containsExactlyInAnyOrder("edge-cache", "log");
    }

    @Test
    @Timeout(60)
    void whatNeedsNobodyIsStartedWhileOthersAreAwaited() throws Exception {
        CountDownLatch users = new CountDownLatch(2);
        order("admin", "dns", "customer-server", "resolver").start(spec -> {
            if (spec.service().equals("admin")) {
                users.await();
            }
            started.add(spec.service());
            if (spec.service().equals("customer-server") || spec.service().equals("resolver")) {
                users.countDown();
            }
        });
        assertThat(started).containsExactly("customer-server", "resolver", "admin", "dns");
    }

    @Test
    void nothingFurtherIsStartedAfterAFailure() {
        assertThatThrownBy(() -> order("admin", "dns", "edge-cache").start(spec -> {
                    started.add(spec.service());
                    if (spec.service().equals("dns")) {
                        throw new StartException("it died");
                    }
                }))
                .isInstanceOf(StartException.class)
                .hasMessage("it died");
        assertThat(started).containsExactly("admin", "dns");
    }

    private static StartOrder order(String... services) {
        List<ProcessSpec> specs = new ArrayList<>();
        for (String service : services) {
            specs.add(new ProcessSpec(
                    service + specs.size(),
                    "hq",
                    service,
                    InetAddress.getLoopbackAddress(),
                    List.of(),
                    List::of,
                    Path.of("."),
                    Path.of("log"),
                    () -> Health.UP));
        }
        return new StartOrder(specs);
    }
}
