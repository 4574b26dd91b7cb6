package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;
import org.xbill.DNS.CookieOption;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A client that shows that it receives at its address, by a cookie or over TCP; only for such a one is anything done. */
class ProvenClientTest extends NameServerStory {
    private static final byte[] CLIENT_COOKIE = {1, 2, 3, 4, 5, 6, 7, 8};

    @Test
    void clientCookieGetsAServerCookieAndAWrongOneIsNoError() throws Exception {
        CookieOption cookie = cookieIn(dns.ask(query(new CookieOption(CLIENT_COOKIE)), CLIENT));
        assertThat(cookie.getClientCookie()).isEqualTo(CLIENT_COOKIE);
        assertThat(cookie.getServerCookie())
                .isPresent()
                .get()
                .extracting(c -> c.length)
                .isEqualTo(16);
        Message wrong = query(new CookieOption(CLIENT_COOKIE, new byte[16]));
        assertThat(dns.ask(wrong, CLIENT).getRcode()).isEqualTo(Rcode.NOERROR);
    }

    /** A query without a question gets a cookie, or says whether the one that it has is still good (RFC 7873, 5.4). */
    @Test
    void cookieWithoutAQuestionIsJudged() throws Exception {
        CookieOption given = judged(new CookieOption(CLIENT_COOKIE), Rcode.NOERROR);
        judged(given, Rcode.NOERROR);
        byte[] spoilt = given.getServerCookie().orElseThrow().clone();
        spoilt[15] ^= 1;
        CookieOption fresh = judged(new CookieOption(CLIENT_COOKIE, spoilt), Rcode.BADCOOKIE);
        judged(fresh, Rcode.NOERROR);
        judged(new CookieOption(CLIENT_COOKIE, new byte[8]), Rcode.BADCOOKIE);
        assertThat(dns.counter("popnet.dns.queries", "transport", "udp", "result", "BADCOOKIE"))
                .isEqualTo(2);
    }

    /** @return the cookie that comes with the verdict */
    private CookieOption judged(CookieOption cookie, int rcode) throws IOException {
        Message answer = dns.ask(with(new Message(), cookie), CLIENT);
        assertThat(answer.getRcode()).isEqualTo(rcode);
        assertThat(answer.getHeader().getCount(Section.QUESTION)).isZero();
        return cookieIn(answer);
    }

    @Test
    void resolverThatProvesItselfIsMeasuredAndAForgedSourceIsNot() throws Exception {
        CookieOption given = cookieIn(dns.ask(query(new CookieOption(CLIENT_COOKIE)), CLIENT));
        assertThat(dns.knowledge.latencyRequests().pending()).isZero();
        dns.ask(query(given), "127.250.53.8");
        assertThat(dns.knowledge.latencyRequests().pending())
                .as("another's cookie")
                .isZero();
        dns.ask(query(given), CLIENT);
        dns.ask(query(given), CLIENT);
        assertThat(dns.knowledge.latencyRequests().pending()).isEqualTo(1);
    }

    private static Message query(CookieOption cookie) throws IOException {
        return with(RunningServer.query("www.customer1.example", Type.A), cookie);
    }

    private static CookieOption cookieIn(Message answer) {
        return (CookieOption) answer.getOPT().getOptions(EDNSOption.Code.COOKIE).getFirst();
    }

    @Test
    void unknownClientIsInvitedToTcp() throws Exception {
        try (RunningServer inviting =
                new RunningServer(RunningServer.freeAddress(), RunningServer.settings(true, 1), TestTrees.active())) {
            Message invited = inviting.ask("www.customer1.example", Type.A);
            assertThat(invited.getHeader().getFlag(Flags.TC)).isTrue();
            assertThat(invited.getSection(Section.ANSWER)).isEmpty();
            try (TcpClient tcp = new TcpClient(inviting.address, CLIENT)) {
                Message whole = tcp.ask(RunningServer.query("www.customer1.example", Type.A));
                assertThat(whole.getSection(Section.ANSWER)).hasSize(1);
            }
            assertThat(inviting.knowledge.latencyRequests().pending()).isEqualTo(1);
            assertThat(inviting.ask("www.customer1.example", Type.A).getHeader().getFlag(Flags.TC))
                    .isFalse();
        }
    }
}
