package org.popnet.local.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.CookieOption;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;

/** Asks one name server with a DNS cookie (RFC 7873), which proves to it that this resolver returns. */
final class NameServerClient {
    private static final Duration TIMEOUT = Duration.ofMillis(1500);
    private static final int PAYLOAD = 1232;

    private final SimpleResolver udp;
    private final SimpleResolver tcp;
    private final byte[] clientCookie = new byte[8];
    private volatile byte @Nullable [] serverCookie;

    NameServerClient(InetSocketAddress nameServer, InetAddress local) {
        udp = new SimpleResolver(nameServer);
        tcp = new SimpleResolver(nameServer);
        tcp.setTCP(true);
        for (SimpleResolver resolver : new SimpleResolver[] {udp, tcp}) {
            resolver.setLocalAddress(new InetSocketAddress(local, 0));
            resolver.setTimeout(TIMEOUT);
            resolver.setIgnoreTruncation(true);
        }
        new SecureRandom().nextBytes(clientCookie);
    }

    /** The answer, or null if none came. */
    @Nullable Message ask(Message question) {
        try {
            Message answer = udp.send(query(question));
            learn(answer);
            if (answer.getRcode() == Rcode.BADCOOKIE) {
                answer = udp.send(query(question));
                learn(answer);
            }
            if (answer.getHeader().getFlag(Flags.TC)) {
                answer = tcp.send(query(question));
            }
            answer.removeAllRecords(Section.ADDITIONAL);
            return answer;
        } catch (IOException e) {
            return null;
        }
    }

    private Message query(Message question) {
        Message query = Message.newQuery(question.getQuestion());
        query.getHeader().unsetFlag(Flags.RD);
        byte[] server = serverCookie;
        CookieOption cookie = server == null ? new CookieOption(clientCookie) : new CookieOption(clientCookie, server);
        query.addRecord(new OPTRecord(PAYLOAD, 0, 0, 0, cookie), Section.ADDITIONAL);
        return query;
    }

    private void learn(Message answer) {
        OPTRecord opt = answer.getOPT();
        if (opt != null) {
            for (EDNSOption option : opt.getOptions()) {
                if (option instanceof CookieOption cookie) {
                    Optional<byte[]> server = cookie.getServerCookie();
                    server.ifPresent(bytes -> serverCookie = bytes);
                }
            }
        }
    }
}
