package org.popnet.local.state;

import java.util.regex.Pattern;

/**
 * Which network, by the two octets that its addresses begin with: the real one of this machine is on 127.0.x.y, test
 * network n on 127.(100+n).x.y, so that they run side by side, and one in containers on addresses of its own.
 *
 * @param octets {@code 127.0}
 */
public record Instance(String octets) {
    public static final int NUMBER_MAX = 99;

    private static final Pattern TWO_OCTETS = Pattern.compile("[0-9]{1,3}\\.[0-9]{1,3}");
    private static final Pattern LOOPBACK =
            Pattern.compile("(?<![0-9.])127\\.0\\.([0-9]{1,3}\\.[0-9]{1,3})(?![0-9]|\\.[0-9])");

    public static final Instance REAL = new Instance(0);

    public Instance {
        if (!TWO_OCTETS.matcher(octets).matches()) {
            throw new IllegalArgumentException("addresses '" + octets + "': must be two octets, as in 172.30");
        }
    }

    /** @param number 0 for the real network of this machine, else 1 to {@value #NUMBER_MAX} */
    public Instance(int number) {
        this(octets(number));
    }

    private static String octets(int number) {
        if (number < 0 || number > NUMBER_MAX) {
            throw new IllegalArgumentException(
                    "instance " + number + ": must be 0 (the real network) to " + NUMBER_MAX);
        }
        return number == 0 ? "127.0" : "127." + (100 + number);
    }

    /** The text with every address 127.0.x.y, prefixes included, moved to this instance. */
    public String translate(String text) {
        return isReal() ? text : LOOPBACK.matcher(text).replaceAll(octets + ".$1");
    }

    public boolean isReal() {
        return octets.equals("127.0");
    }

    /** The prefix that holds all addresses of this instance: {@code 127.107.0.0/16}. */
    public String prefix() {
        return translate("127.0.0.0") + "/16";
    }
}
