package org.popnet.local;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.popnet.local.process.Health;
import org.popnet.local.process.ProcessSpec;

/** Asks many processes at the same time how they are. */
final class RollCall {
    private RollCall() {}

    /**
     * Who says nothing is asked a second time: the first questions of a JVM that has just started are all TLS handshakes
     * by cold code, and on a busy machine they take longer together than each may take, however well the nodes are.
     *
     * @return by name
     */
    static Map<String, Health> of(Collection<ProcessSpec> asked) {
        Map<String, Health> health = ask(asked);
        List<ProcessSpec> silent = asked.stream()
                .filter(spec -> Health.SILENT.equals(health.get(spec.name())))
                .toList();
        health.putAll(ask(silent));
        return health;
    }

    private static Map<String, Health> ask(Collection<ProcessSpec> asked) {
        return Parallel.map(asked, ProcessSpec::name, spec -> spec.health().ask());
    }
}
