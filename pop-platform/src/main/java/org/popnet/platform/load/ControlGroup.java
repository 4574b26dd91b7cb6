package org.popnet.platform.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * What control groups (Linux's version 2) grant this process, and how much of it is used. Of groups within groups that
 * have limits the fullest one counts. Where there are none, or of version 1, it knows nothing.
 */
final class ControlGroup {
    private static final String MEMBERSHIP = "0::";

    /** The process's own group, then the one that holds it, and so on. */
    private final List<Path> groups;

    private final LongSupplier nanoTime;
    private final long[] usedMicros;
    private long askedNanos;

    /**
     * @param membership what Linux shows as {@code /proc/self/cgroup}
     * @param mount where the groups are, {@code /sys/fs/cgroup}
     */
    ControlGroup(Path membership, Path mount, LongSupplier nanoTime) {
        this.groups = groups(membership, mount.normalize());
        this.nanoTime = nanoTime;
        this.usedMicros = new long[groups.size()];
        Arrays.fill(usedMicros, -1);
        cpu();
    }

    static ControlGroup ofThisProcess(LongSupplier nanoTime) {
        return new ControlGroup(Path.of("/proc/self/cgroup"), Path.of("/sys/fs/cgroup"), nanoTime);
    }

    private static List<Path> groups(Path membership, Path mount) {
        List<Path> groups = new ArrayList<>();
        try (Stream<String> lines = Files.lines(membership)) {
            lines.filter(line -> line.startsWith(MEMBERSHIP)).findFirst().ifPresent(line -> {
                Path own =
                        mount.resolve("." + line.substring(MEMBERSHIP.length())).normalize();
                // From within a namespace, a group may lie outside of what is mounted: then the mount is ours.
                for (Path group = own.startsWith(mount) ? own : mount;
                        group != null && group.startsWith(mount);
                        group = group.getParent()) {
                    groups.add(group);
                }
            });
        } catch (IOException e) {
            groups.clear(); // not Linux
        }
        return groups;
    }

    /** Share of the granted processor time used since the last call, 0 to 1; empty if no group limits it. */
    OptionalDouble cpu() {
        long now = nanoTime.getAsLong();
        double micros = (now - askedNanos) / 1e3;
        askedNanos = now;
        double fullest = -1;
        for (int i = 0; i < usedMicros.length; i++) {
            double processors = processors(groups.get(i));
            long used = processors > 0
                    ? value(groups.get(i).resolve("cpu.stat"), "usage_usec").orElse(-1)
                    : -1;
            if (used >= 0 && usedMicros[i] >= 0 && micros > 0) {
                fullest = Math.max(fullest, Math.clamp((used - usedMicros[i]) / (micros * processors), 0, 1));
            } else if (used >= 0) {
                fullest = Math.max(fullest, 0);
            }
            usedMicros[i] = used;
        }
        return fullest < 0 ? OptionalDouble.empty() : OptionalDouble.of(fullest);
    }

    /** @return how many processors' time a group may use; 0 if it is not limited */
    private static double processors(Path group) {
        String[] quotaAndPeriod = text(group.resolve("cpu.max")).split(" ", 2);
        OptionalLong quota = number(quotaAndPeriod[0]);
        OptionalLong period = quotaAndPeriod.length < 2 ? OptionalLong.empty() : number(quotaAndPeriod[1]);
        return quota.isPresent() && period.orElse(0) > 0 ? (double) quota.getAsLong() / period.getAsLong() : 0;
    }

    /** Share of the granted memory in use, 0 to 1, without idle cached files; empty if no group limits it. */
    OptionalDouble memory() {
        double fullest = -1;
        for (Path group : groups) {
            long max = number(text(group.resolve("memory.max"))).orElse(0);
            OptionalLong used = number(text(group.resolve("memory.current")));
            if (max > 0 && used.isPresent()) {
                long idle = value(group.resolve("memory.stat"), "inactive_file").orElse(0);
                fullest = Math.max(fullest, Math.clamp((double) (used.getAsLong() - idle) / max, 0, 1));
            }
        }
        return fullest < 0 ? OptionalDouble.empty() : OptionalDouble.of(fullest);
    }

    /** The value of one line of a file of names and values. */
    private static OptionalLong value(Path file, String name) {
        return text(file)
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .findFirst()
                .map(line -> number(line.substring(name.length() + 1)))
                .orElse(OptionalLong.empty());
    }

    /** Empty for {@code max} and for what is no number. */
    private static OptionalLong number(String text) {
        return text.matches("[0-9]{1,18}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    /** Empty if there is no such file: the root group has no limits. */
    private static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
