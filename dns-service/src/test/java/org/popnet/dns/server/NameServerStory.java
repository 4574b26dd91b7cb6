package org.popnet.dns.server;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.popnet.dns.TestTrees;
import org.popnet.platform.tree.ActiveTree;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;

/** A story that is told to a name server, which runs before it begins and is gone when it ends. */
abstract class NameServerStory {
    /** Whom queries come from; nobody has measured it. */
    static final String CLIENT = "127.250.53.9";

    RunningServer dns;

    /** What the name server answers from at first. */
    ActiveTree tree() {
        return TestTrees.active();
    }

    @BeforeEach
    void startNameServer() throws IOException {
        dns = RunningServer.start(tree());
    }

    @AfterEach
    void stopNameServer() {
        dns.close();
    }

    static Message with(Message query, EDNSOption... options) {
        query.addRecord(new OPTRecord(1232, 0, 0, 0, List.of(options)), Section.ADDITIONAL);
        return query;
    }
}
