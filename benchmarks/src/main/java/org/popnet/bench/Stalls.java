package org.popnet.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.popnet.local.process.Installation;

/**
 * How much of the time a core is away from a program that never waits, in pieces of more than a millisecond: taken by
 * other programs, or by the host of a virtual machine. What is measured on that core cannot be steadier than that.
 */
public final class Stalls {
    private static final long LONG_NANOS = 1_000_000;
    private static final Pattern RESULT = Pattern.compile("away ([0-9.]+) %");

    private Stalls() {}

    /** @return per cent of the time that the core was away */
    public static double percent(Core core, int seconds) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Installation.java().toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Stalls.class.getName(),
                Integer.toString(seconds)));
        Matcher result = RESULT.matcher(Programs.output(core.command(command)));
        return result.find() ? Double.parseDouble(result.group(1)) : Double.NaN;
    }

    public static void main(String... arguments) {
        long length = Integer.parseInt(arguments[0]) * 1_000_000_000L;
        look(length / 10); // until the loop is compiled
        System.out.println("away %.3f %%".formatted(look(length) * 100.0 / length));
    }

    private static long look(long length) {
        long away = 0;
        long begin = System.nanoTime();
        long last = begin;
        for (long now = begin; now - begin < length; now = System.nanoTime()) {
            if (now - last > LONG_NANOS) {
                away += now - last;
            }
            last = now;
        }
        return away;
    }
}
