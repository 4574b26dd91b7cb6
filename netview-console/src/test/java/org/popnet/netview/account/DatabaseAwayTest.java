package org.popnet.netview.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.popnet.netview.harness.Browser;
import org.popnet.netview.harness.Console;

class DatabaseAwayTest {
    @Test
    void consoleStartsWithoutItsDatabaseAndSaysSo() {
        try (Console console = new Console("jdbc:postgresql://127.0.0.1:1/nowhere")) {
            assertThat(console.health()).isEqualTo("DOWN");
            HttpResponse<String> response = new Browser(console).signIn("alice", Console.PASSWORD);
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.body())
                    .contains("database does not answer")
                    .contains("Your sites are served as before.");
        }
    }
}
