package org.popnet.netview.account;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The file with the first users of a new console, in UTF-8, one a line, {@code name:password:ROLE:customer}:
 *
 * <pre>
 * # operators
 * admin:kettle-orbit-plum-93:NETWORK_ADMIN:
 * alice:maple-quartz-fern-18:CUSTOMER_ADMIN:customer1
 * </pre>
 *
 * The name is what stands before the first colon, the customer after the last one (empty exactly for {@code
 * NETWORK_ADMIN}), so that a password may contain colons. Roles are those of {@link ConsoleRole}. Empty lines and lines
 * that begin with {@code #} are left out. The file is read only while the console has no users at all.
 */
final class BootstrapUsers {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._@-]{0,63}");

    private BootstrapUsers() {}

    record Entry(ConsoleUser user, String password) {}

    /**
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if a line is wrong: says which, what came and what is allowed
     */
    static List<Entry> read(Path file) throws IOException {
        List<Entry> entries = new ArrayList<>();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            if (!line.isBlank() && !line.startsWith("#")) {
                try {
                    entries.add(parse(line));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(file + ":" + number + ": " + e.getMessage(), e);
                }
            }
        }
        return entries;
    }

    private static Entry parse(String line) {
        int first = line.indexOf(':');
        int last = line.lastIndexOf(':');
        int middle = line.lastIndexOf(':', last - 1);
        if (first < 0 || middle <= first || last <= middle) {
            throw new IllegalArgumentException("must be name:password:ROLE:customer");
        }
        String name = line.substring(0, first);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name '" + name + "': must be 1 to 64 of a-z, 0-9, '.', '_', '@' and '-', a letter or digit first");
        }
        String password = line.substring(first + 1, middle);
        if (password.length() < Users.PASSWORD_CHARS_MIN || password.length() > Users.PASSWORD_CHARS_MAX) {
            throw new IllegalArgumentException("password of " + password.length() + " characters: must be "
                    + Users.PASSWORD_CHARS_MIN + " to " + Users.PASSWORD_CHARS_MAX);
        }
        String customer = line.substring(last + 1).strip();
        return new Entry(
                new ConsoleUser(name, role(line.substring(middle + 1, last)), customer.isEmpty() ? null : customer),
                password);
    }

    private static ConsoleRole role(String text) {
        return Arrays.stream(ConsoleRole.values())
                .filter(role -> role.name().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "role '" + text + "': must be one of " + Arrays.toString(ConsoleRole.values())));
    }
}
