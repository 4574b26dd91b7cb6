package org.popnet.log.billing;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import org.popnet.log.database.Problem;
import org.springframework.http.HttpStatus;

/** A calendar month, UTC. */
record Month(YearMonth of) {
    static Month containing(Instant time) {
        return new Month(YearMonth.from(time.atOffset(ZoneOffset.UTC)));
    }

    static Month parse(String text) {
        try {
            YearMonth month = YearMonth.parse(text);
            if (month.getYear() >= 1970 && month.getYear() < 9999) {
                return new Month(month);
            }
        } catch (DateTimeException e) {
            // said below
        }
        throw Problem.of(HttpStatus.BAD_REQUEST, "Not a month", "month '" + text + "': must be such as 2026-11.");
    }

    LocalDate firstDay() {
        return of.atDay(1);
    }

    OffsetDateTime start() {
        return firstDay().atStartOfDay().atOffset(ZoneOffset.UTC);
    }

    OffsetDateTime end() {
        return next().start();
    }

    boolean isAfter(Month other) {
        return of.isAfter(other.of);
    }

    Month previous() {
        return new Month(of.minusMonths(1));
    }

    Month next() {
        return new Month(of.plusMonths(1));
    }

    /** Five-minute intervals in it. */
    int intervals() {
        return of.lengthOfMonth() * 24 * 12;
    }

    /** The place of the 95th percentile among the intervals, the busiest being 1: 5 % of them are before it. */
    int p95Place() {
        return intervals() / 20 + 1;
    }

    @Override
    public String toString() {
        return of.toString();
    }
}
