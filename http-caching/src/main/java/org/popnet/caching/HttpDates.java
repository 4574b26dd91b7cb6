package org.popnet.caching;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * HTTP-date (RFC 9110 §5.6.7) in its three forms: IMF-fixdate, RFC 850 and asctime. Parsed without regard to case and
 * only in GMT, as RFC 9111 §4.2 has caches do.
 */
public final class HttpDates {
    private static final String DAYS = "montuewedthufrisatsun";
    private static final String MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";
    private static final Pattern IMF = Pattern.compile(
            "(mon|tue|wed|thu|fri|sat|sun), (\\d\\d) ([a-z]{3}) (\\d{4}) (\\d\\d):(\\d\\d):(\\d\\d) gmt");
    private static final Pattern RFC850 = Pattern.compile(
            "(?:mon|tues|wednes|thurs|fri|satur|sun)day, (\\d\\d)-([a-z]{3})-(\\d\\d) (\\d\\d):(\\d\\d):(\\d\\d) gmt");
    private static final Pattern ASCTIME =
            Pattern.compile("(mon|tue|wed|thu|fri|sat|sun) ([a-z]{3}) ([ \\d]\\d) (\\d\\d):(\\d\\d):(\\d\\d) (\\d{4})");

    private HttpDates() {}

    /**
     * @param now decides the century of RFC 850's two-digit years: never more than 50 years ahead
     * @return the moment, or null if the text is not a date in one of the three forms
     */
    public static @Nullable Instant parse(String text, Instant now) {
        if (text.length() < 24 || text.length() > 40) {
            return null;
        }
        String date = text.toLowerCase(Locale.ROOT);
        Matcher m;
        if ((m = IMF.matcher(date)).matches()) {
            return instant(m.group(4), m.group(3), m.group(2), m.group(5), m.group(6), m.group(7));
        }
        if ((m = RFC850.matcher(date)).matches()) {
            int thisYear = now.atOffset(ZoneOffset.UTC).getYear();
            int year = thisYear - thisYear % 100 + Integer.parseInt(m.group(3));
            int nearest = year > thisYear + 50 ? year - 100 : year;
            return instant(Integer.toString(nearest), m.group(2), m.group(1), m.group(4), m.group(5), m.group(6));
        }
        if ((m = ASCTIME.matcher(date)).matches()) {
            return instant(m.group(7), m.group(2), m.group(3), m.group(4), m.group(5), m.group(6));
        }
        return null;
    }

    private static @Nullable Instant instant(String y, String mon, String d, String h, String min, String s) {
        int month = MONTHS.indexOf(mon);
        if (month < 0 || month % 3 != 0) {
            return null;
        }
        try {
            int second = Math.min(Integer.parseInt(s), 59); // a leap second is the second before it
            return LocalDateTime.of(
                            Integer.parseInt(y),
                            month / 3 + 1,
                            Integer.parseInt(d.strip()),
                            Integer.parseInt(h),
                            Integer.parseInt(min),
                            second)
                    .toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** The IMF-fixdate of the moment, to the second: {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
    public static String format(Instant instant) {
        ZonedDateTime t = instant.atZone(ZoneOffset.UTC);
        StringBuilder text = new StringBuilder(29);
        int day = 3 * (t.getDayOfWeek().getValue() - 1);
        int month = 3 * (t.getMonthValue() - 1);
        text.append(Character.toUpperCase(DAYS.charAt(day)))
                .append(DAYS, day + 1, day + 3)
                .append(", ");
        two(text, t.getDayOfMonth()).append(' ');
        text.append(Character.toUpperCase(MONTHS.charAt(month)))
                .append(MONTHS, month + 1, month + 3)
                .append(' ');
        two(text, t.getYear() / 100);
        two(text, t.getYear() % 100).append(' ');
        two(text, t.getHour()).append(':');
        two(text, t.getMinute()).append(':');
        return two(text, t.getSecond()).append(" GMT").toString();
    }

    private static StringBuilder two(StringBuilder text, int number) {
        return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }
}
