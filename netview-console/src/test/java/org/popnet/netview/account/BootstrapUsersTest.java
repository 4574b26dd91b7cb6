package org.popnet.netview.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BootstrapUsersTest {
    @TempDir
    private Path directory;

    private List<BootstrapUsers.Entry> read(String text) throws Exception {
        return BootstrapUsers.read(Files.writeString(directory.resolve("users"), text));
    }

    @Test
    void passwordMayContainColons() throws Exception {
        assertThat(read("# people\n\nalice:a:b:c:d:e:f:g:ENGINEER:customer1\nadmin:0123456789ab:NETWORK_ADMIN:\n"))
                .containsExactly(
                        new BootstrapUsers.Entry(
                                new ConsoleUser("alice", ConsoleRole.ENGINEER, "customer1"), "a:b:c:d:e:f:g"),
                        new BootstrapUsers.Entry(
                                new ConsoleUser("admin", ConsoleRole.NETWORK_ADMIN, null), "0123456789ab"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "alice|must be name:password:ROLE:customer",
                "alice:0123456789ab:ENGINEER|must be name:password:ROLE:customer",
                "Al ice:0123456789ab:ENGINEER:customer1|name 'Al ice'",
                "alice:short:ENGINEER:customer1|password of 5 characters: must be 12 to 200",
                "alice:0123456789ab:BOSS:customer1|role 'BOSS': must be one of",
                "alice:0123456789ab:ENGINEER:|needs a customer",
                "alice:0123456789ab:NETWORK_ADMIN:customer1|belongs to no customer"
            })
    void wrongLineIsNamedWithWhatIsAllowed(String line, String message) {
        assertThatThrownBy(() -> read("# one\n" + line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("users:2: ")
                .hasMessageContaining(message);
    }
}
