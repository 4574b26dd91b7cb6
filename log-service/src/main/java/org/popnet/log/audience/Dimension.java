package org.popnet.log.audience;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What is ranked. */
enum Dimension {
    /** path and query, as the record has them */
    URL(0),
    /** the host of the {@code Referer}; requests without one are not counted */
    REFERRER(250),
    /** see {@link AgentFamily}: fewer than this, so exact */
    AGENT(64),
    /** ISO 3166-1 code, where the operator gives a database: fewer than this, so exact */
    COUNTRY(300);

    private final int capacity;

    Dimension(int capacity) {
        this.capacity = capacity;
    }

    /** Counters that are kept of an hour or a day of a domain. */
    int capacity(int urls) {
        return this == URL ? urls : capacity;
    }

    /** As it stands in the database. */
    String stored() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** By its name in requests: {@code urls}, {@code referrers}, {@code agents}, {@code countries}. */
    static Optional<Dimension> asked(String name) {
        return Stream.of(values()).filter(d -> d.asked().equals(name)).findFirst();
    }

    String asked() {
        return switch (this) {
            case URL -> "urls";
            case REFERRER -> "referrers";
            case AGENT -> "agents";
            case COUNTRY -> "countries";
        };
    }
}
