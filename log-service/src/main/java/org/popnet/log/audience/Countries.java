package org.popnet.log.audience;

import java.util.Optional;

/** Countries of client addresses. */
@FunctionalInterface
public interface Countries {
    /** The ISO 3166-1 code of an address in its textual form; empty if nothing is to be counted for it. */
    Optional<String> of(String client);

    /** Knows none, so none are counted. */
    static Countries none() {
        return client -> Optional.empty();
    }
}
