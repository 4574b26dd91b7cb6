package org.popnet.local.state;

import java.util.regex.Pattern;

/**
 * Which of the networks on this machine: the real one on 127.0.x.y, or test network n on 127.(100+n).x.y, so that they
 * run side by side.
 *
 * @param number 0 for the real one, else 1 to {@value #NUMBER_MAX}
 */
public record Instance(int number) {
    public static final int NUMBER_MAX = 99;
    public static final Instance REAL = new Instance(0);

    private static final Pattern LOOPBACK =
            Pattern.compile("(?<![0-9.])127\\.0\\.([0-9]{1,3}\\.[0-9]{1,3})(?![0-9]|\\.[0-9])");

    public Instance {
        if (number < 0 || number > NUMBER_MAX) {
            throw new IllegalArgumentException(
                    "instance " + number + ": must be 0 (the real network) to " + NUMBER_MAX);
        }
    }

    /** The text with every address 127.0.x.y, prefixes included, moved to this instance. */
    public String translate(String text) {
        return isReal() ? text : LOOPBACK.matcher(text).replaceAll("127." + (100 + number) + ".$1");
    }

    public boolean isReal() {
        return number == 0;
    }

    /** The prefix that holds all addresses of this instance: {@code 127.107.0.0/16}. */
    public String prefix() {
        return translate("127.0.0.0") + "/16";
    }
}
