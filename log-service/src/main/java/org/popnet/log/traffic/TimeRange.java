package org.popnet.log.traffic;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import org.popnet.log.database.Problem;
import org.springframework.http.HttpStatus;

/** From a whole minute to before another, UTC, at most {@link #DAYS_MAX} days. */
public record TimeRange(Instant from, Instant to) {
    static final int DAYS_MAX = 400;
    static final int POINTS_MAX = 1500;

    /** Parses ISO-8601 instants, widened to whole minutes. */
    public static TimeRange of(String from, String to) {
        Instant start = instant("from", from).truncatedTo(ChronoUnit.MINUTES);
        Instant asked = instant("to", to);
        Instant end = asked.truncatedTo(ChronoUnit.MINUTES);
        if (end.isBefore(asked)) {
            end = end.plus(1, ChronoUnit.MINUTES);
        }
        if (!start.isBefore(end)) {
            throw unprocessable("from " + from + " is not before to " + to + ".");
        }
        if (Duration.between(start, end).toDays() > DAYS_MAX) {
            throw unprocessable(
                    "from " + from + " to " + to + " is longer than " + DAYS_MAX + " days: ask for less at a time.");
        }
        return new TimeRange(start, end);
    }

    private static Instant instant(String name, String text) {
        try {
            Instant instant = OffsetDateTime.parse(text).toInstant();
            if (instant.isBefore(Instant.EPOCH) || instant.isAfter(Instant.parse("9999-01-01T00:00:00Z"))) {
                throw unprocessable(name + " " + text + ": must be between 1970 and 9999.");
            }
            return instant;
        } catch (DateTimeParseException e) {
            throw Problem.of(
                    HttpStatus.BAD_REQUEST,
                    "Not a time",
                    name + " '" + text + "': must be an ISO-8601 time with zone, such as 2026-11-22T15:00:00Z.");
        }
    }

    /** Parses an ISO-8601 duration of whole minutes that divides the range into few enough points. */
    public Duration step(String text) {
        Duration step;
        try {
            step = Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw Problem.of(
                    HttpStatus.BAD_REQUEST,
                    "Not a duration",
                    "step '" + text + "': must be an ISO-8601 duration, such as PT1M.");
        }
        if (step.compareTo(Duration.ofMinutes(1)) < 0 || step.getSeconds() % 60 != 0 || step.getNano() != 0) {
            throw unprocessable(
                    "step " + text + ": must be whole minutes, PT1M at least; seconds are in /traffic/current.");
        }
        long points = Math.ceilDiv(Duration.between(from, to).getSeconds(), step.getSeconds());
        if (points > POINTS_MAX) {
            long least = Math.ceilDiv(Duration.between(from, to).toMinutes(), POINTS_MAX);
            throw unprocessable("step " + text + " makes " + points + " points: at most " + POINTS_MAX
                    + " are allowed; use a step of " + Duration.ofMinutes(least) + " or more, or a shorter range.");
        }
        return step;
    }

    /** The first whole hour within, or the end if there is none. */
    public Instant firstHour() {
        Instant hour = from.truncatedTo(ChronoUnit.HOURS);
        Instant first = hour.equals(from) ? hour : hour.plus(1, ChronoUnit.HOURS);
        return first.isBefore(to) ? first : to;
    }

    /** Where the last whole hour within ends. */
    public Instant lastHour() {
        Instant last = to.truncatedTo(ChronoUnit.HOURS);
        return last.isBefore(firstHour()) ? firstHour() : last;
    }

    /** Whether points of this step consist of whole hours. */
    public boolean isByHours(Duration step) {
        return step.getSeconds() % 3600 == 0
                && from.truncatedTo(ChronoUnit.HOURS).equals(from);
    }

    /** The first whole day within, or the end of the whole hours if there is none. */
    Instant firstDay() {
        Instant day = firstHour().truncatedTo(ChronoUnit.DAYS);
        Instant first = day.equals(firstHour()) ? day : day.plus(1, ChronoUnit.DAYS);
        return first.isBefore(lastHour()) ? first : lastHour();
    }

    /** Where the last whole day within ends. */
    Instant lastDay() {
        Instant last = lastHour().truncatedTo(ChronoUnit.DAYS);
        return last.isBefore(firstDay()) ? firstDay() : last;
    }

    /** The longest interval that points of this step consist of. */
    Interval intervalOf(Duration step) {
        for (Interval interval : new Interval[] {Interval.DAY, Interval.HOUR}) {
            boolean whole = step.getSeconds() % interval.seconds() == 0;
            if (whole && interval.start(from.toEpochMilli()) == from.toEpochMilli()) {
                return interval;
            }
        }
        return Interval.MINUTE;
    }

    static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static RuntimeException unprocessable(String detail) {
        return Problem.of(HttpStatus.UNPROCESSABLE_CONTENT, "Not allowed", detail);
    }
}
