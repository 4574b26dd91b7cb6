package org.popnet.scenario.walk;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Users who ask one server a hundred times a second, or as often as it answers, until this is closed. */
final class Rush implements AutoCloseable {
    private static final int USERS = 4;
    private static final long INTERVAL_MS = 40;

    private final HttpClient client = HttpClient.newHttpClient();
    private final ScheduledExecutorService users = Executors.newScheduledThreadPool(USERS);
    private final HttpRequest request;
    private final LongAdder answered = new LongAdder();

    /** @param host what they think it is called */
    Rush(String address, int port, String host) {
        request = HttpRequest.newBuilder(URI.create("http://" + address + ":" + port + "/"))
                .header("Host", host)
                .timeout(Duration.ofSeconds(10))
                .build();
        for (int i = 0; i < USERS; i++) {
            users.scheduleAtFixedRate(this::ask, 0, INTERVAL_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void ask() {
        try {
            client.send(request, BodyHandlers.discarding());
            answered.increment();
        } catch (IOException e) {
            // a user who is not answered asks again
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How many answers have come, of whatever status. */
    long answered() {
        return answered.sum();
    }

    @Override
    public void close() {
        users.shutdownNow();
        client.shutdownNow();
    }
}
