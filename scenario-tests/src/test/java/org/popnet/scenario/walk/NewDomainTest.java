package org.popnet.scenario.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.popnet.local.LocalNetwork;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;

/** A domain that has just been added: its users never meet an edge that does not know it. */
@Tag("process")
@Tag("slow")
@ExtendWith(WholeNetwork.class)
class NewDomainTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final String FRESH = "fresh.customer2.example";
    private static final int MISDIRECTED = 421;

    private LocalNetwork network;
    private NameServers nameServers;

    @BeforeEach
    void whole(LocalNetwork shared) {
        network = shared;
        nameServers = new NameServers(shared);
    }

    @Test
    void usersOfANewDomainNeverMeetAnEdgeThatDoesNotHoldItsRules() throws Exception {
        String text = Files.readString(network.state().tree());
        String before = "      download.customer2.example:\n";
        assertThat(text).contains(before);
        network.putTree(text.replace(before, "      " + FRESH + ": {candidates: [pops]}\n" + before));
        List<String> places = List.of("2001:db8:1::", "2001:db8:2::", "2001:db8:3::");
        Set<String> served = new HashSet<>();
        List<String> refused = new ArrayList<>();
        try (HttpClient client = HttpClient.newHttpClient()) {
            // From the moment on at which the name servers have it, until users of every place have been served.
            await().atMost(SOON).pollDelay(Duration.ZERO).until(() -> {
                for (String nameServer : NameServers.BOTH) {
                    for (String place : places) {
                        Message answer = nameServers.ask(nameServer, FRESH, place);
                        if (answer.getRcode() == Rcode.NOERROR) {
                            String edge = ((ARecord)
                                            answer.getSection(Section.ANSWER).getFirst())
                                    .getAddress()
                                    .getHostAddress();
                            if (status(client, edge) == MISDIRECTED) {
                                refused.add(nameServer + " sent " + place + " to " + edge);
                            }
                            served.add(nameServer + " " + edge);
                        } else {
                            assertThat(answer.getRcode()).isEqualTo(Rcode.SERVFAIL);
                        }
                    }
                }
                return served.size() >= 2 * places.size();
            });
        }
        assertThat(refused).isEmpty();
    }

    private int status(HttpClient client, String edge) throws Exception {
        int port = network.node("edge1.westusa").ports().http();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + edge + ":" + port + "/health"))
                .header("Host", FRESH)
                .timeout(Duration.ofMinutes(1))
                .build();
        return client.send(request, BodyHandlers.discarding()).statusCode();
    }
}
