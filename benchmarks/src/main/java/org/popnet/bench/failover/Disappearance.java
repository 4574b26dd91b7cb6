package org.popnet.bench.failover;

import java.net.InetAddress;
import java.util.List;
import java.util.OptionalLong;

/** When a server was in the last of the answers that one asker was given. */
final class Disappearance {
    private Disappearance() {}

    /**
     * The first answer from which on none has the server: when it came.
     *
     * @param answers in their order
     * @return nothing if the last answer has it yet, or there is no answer
     */
    static OptionalLong nanos(List<Asker.Answer> answers, InetAddress server) {
        for (int i = answers.size() - 1; i >= 0; i--) {
            if (answers.get(i).addresses().contains(server)) {
                return i == answers.size() - 1
                        ? OptionalLong.empty()
                        : OptionalLong.of(answers.get(i + 1).nanos());
            }
        }
        return answers.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(answers.getFirst().nanos());
    }
}
