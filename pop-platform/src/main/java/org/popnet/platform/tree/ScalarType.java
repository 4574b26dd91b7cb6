package org.popnet.platform.tree;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a scalar of the tree may be.
 *
 * @param allowed ends the sentence "must be …"
 * @param parser gives null, or throws {@link IllegalArgumentException}, for text that is not allowed
 */
record ScalarType<T>(String allowed, Function<String, @Nullable T> parser) {
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,15}(\\.[0-9]{1,15})?");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
    private static final Pattern OCTETS = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
    static final ScalarType<Integer> PORT = integer(1, 65535);
    static final ScalarType<Boolean> BOOLEAN = oneOf(List.of("true", "false")).map(Boolean::valueOf);
    static final ScalarType<String> LABEL = new ScalarType<>(
            "a name of 1 to 63 of a-z, 0-9 and '-', not beginning or ending with '-'",
            text -> NodeName.isLabel(text) ? text : null);
    static final ScalarType<NodeName> NODE =
            new ScalarType<>("a node's name, node.pop, each of 1 to 63 of a-z, 0-9 and '-'", NodeName::of);
    static final ScalarType<String> HOST = new ScalarType<>(
            "a host name in lower case without a trailing dot, such as www.customer.example",
            text -> isHost(text) ? text : null);
    static final ScalarType<InetAddress> ADDRESS =
            new ScalarType<>("an IPv4 or IPv6 unicast address, such as 192.0.2.1 or 2001:db8::1", ScalarType::unicast);
    static final ScalarType<Cidr> PREFIX = new ScalarType<>(
            "a prefix, such as 198.51.100.0/24 or 2001:db8::/48, with no bits set beyond its length",
            ScalarType::prefix);
    static final ScalarType<NodeKey> KEY = new ScalarType<>("x25519:<32 bytes in base64>", NodeKey::parse);
    static final ScalarType<Capacity> CAPACITY =
            new ScalarType<>("requests per second greater than 0, such as 2000/s", ScalarType::capacity);
    static final ScalarType<String> PATH = new ScalarType<>(
            "an absolute path, such as /health, of 2048 printable ASCII characters at most, without spaces or '#'",
            text -> isPath(text) ? text : null);
    static final ScalarType<String> CHECK_TEXT = new ScalarType<>(
            "text of 1 to 1024 characters", text -> text.isEmpty() || text.length() > 1024 ? null : text);
    static final ScalarType<LoadMeasure> LOAD_MEASURE = new ScalarType<>(
            Arrays.stream(LoadMeasure.values()).map(LoadMeasure::key).collect(Collectors.joining(", ", "one of ", "")),
            text -> LoadMeasure.ofKey(text).orElse(null));
    static final ScalarType<Service> SERVICE = new ScalarType<>(
            Arrays.stream(Service.values()).map(Service::key).collect(Collectors.joining(", ", "one of ", "")),
            text -> Service.ofKey(text).orElse(null));

    @Nullable T parse(String text) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    <R> ScalarType<R> map(Function<T, R> mapper) {
        return new ScalarType<>(allowed, text -> {
            T parsed = parse(text);
            return parsed == null ? null : mapper.apply(parsed);
        });
    }

    static ScalarType<String> oneOf(Collection<String> names) {
        return new ScalarType<>("one of " + String.join(", ", names), text -> names.contains(text) ? text : null);
    }

    static ScalarType<Integer> integer(int min, int max) {
        return new ScalarType<>("a whole number from " + min + " to " + max, text -> {
            if (!INTEGER.matcher(text).matches()) {
                return null;
            }
            long number = Long.parseLong(text);
            return number >= min && number <= max ? (int) number : null;
        });
    }

    static ScalarType<Double> decimal(String allowed, double min, double max) {
        return new ScalarType<>(allowed, text -> {
            if (!DECIMAL.matcher(text).matches()) {
                return null;
            }
            double number = Double.parseDouble(text);
            return number >= min && number <= max ? number : null;
        });
    }

    static ScalarType<Duration> duration(String min, String max) {
        Duration least = durationOf(min);
        Duration most = durationOf(max);
        return new ScalarType<>("a duration from " + min + " to " + max + " in ms, s, m, h or d, such as 10s", text -> {
            Duration duration = durationOf(text);
            return duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0 ? duration : null;
        });
    }

    private static Duration durationOf(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("duration '" + text + "'");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    private static boolean isHost(String text) {
        if (text.length() > 253 || text.indexOf('.') < 0) {
            return false;
        }
        int from = 0;
        for (int dot = text.indexOf('.'); dot >= 0; dot = text.indexOf('.', from)) {
            if (!NodeName.isLabel(text, from, dot)) {
                return false;
            }
            from = dot + 1;
        }
        return NodeName.isLabel(text, from, text.length())
                && !(Character.isDigit(text.charAt(from))
                        && OCTETS.matcher(text).matches());
    }

    private static boolean isPath(String text) {
        return text.startsWith("/")
                && !text.startsWith("//")
                && text.length() <= 2048
                && text.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '#');
    }

    /** Only the plain spellings: no octal or shortened IPv4, no zone index, no IPv4 within IPv6. */
    private static @Nullable InetAddress literal(String text) {
        if (text.indexOf(':') < 0) {
            return octets(text);
        }
        if (text.indexOf('%') >= 0) {
            return null;
        }
        InetAddress address = InetAddress.ofLiteral(text);
        return address instanceof Inet4Address ? null : address;
    }

    /** Four numbers up to 255 without leading zeros; without a pattern, a large tree has a hundred thousand. */
    private static @Nullable InetAddress octets(String text) {
        byte[] octets = new byte[4];
        int at = 0;
        for (int i = 0; i < octets.length; i++) {
            int from = at;
            int octet = 0;
            while (at < text.length() && at - from < 3 && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                octet = octet * 10 + text.charAt(at++) - '0';
            }
            boolean ended = i < 3 ? at < text.length() && text.charAt(at) == '.' : at == text.length();
            if (at == from || octet > 255 || text.charAt(from) == '0' && at > from + 1 || !ended) {
                return null;
            }
            octets[i] = (byte) octet;
            at++;
        }
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable InetAddress unicast(String text) {
        InetAddress address = literal(text);
        boolean unicast = address != null
                && !address.isAnyLocalAddress()
                && !address.isMulticastAddress()
                && !text.equals("255.255.255.255");
        return unicast ? address : null;
    }

    private static @Nullable Cidr prefix(String text) {
        int slash = text.indexOf('/');
        InetAddress address = literal(slash < 0 ? text : text.substring(0, slash));
        if (address == null || slash >= 0 && !isNumber(text, slash + 1, text.length())) {
            return null;
        }
        return slash < 0
                ? new Cidr(address, address.getAddress().length * 8)
                : new Cidr(address, Integer.parseInt(text, slash + 1, text.length(), 10));
    }

    /** Whether this part of the text is of one to three digits; a large tree has a hundred thousand of them. */
    private static boolean isNumber(String text, int from, int to) {
        boolean digits = to > from && to - from <= 3;
        for (int i = from; digits && i < to; i++) {
            digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }
        return digits;
    }

    private static @Nullable Capacity capacity(String text) {
        if (!text.endsWith("/s")) {
            return null;
        }
        String number = text.substring(0, text.length() - 2);
        return DECIMAL.matcher(number).matches() ? new Capacity(Double.parseDouble(number)) : null;
    }
}
