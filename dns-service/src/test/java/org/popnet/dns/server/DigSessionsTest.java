package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.popnet.dns.TestTrees;

/** The sessions with dig and kdig in docs/dns.md happen as they are written there, with the demo network's own tree. */
class DigSessionsTest {
    private static final Path DOCUMENT = Path.of("../docs/dns.md");
    private static final Path TREE = Path.of("../config-repo/network.yml");
    private static final String WRITTEN = "@127.0.1.1 -p 5300";

    private static RunningServer dns;

    /** A command, and the lines that it prints; … stands for whatever is another each time. */
    private record Session(String command, List<String> prints) {}

    @BeforeAll
    static void start() throws IOException {
        dns = new RunningServer(
                RunningServer.freeAddress(),
                RunningServer.settings(true, 0),
                TestTrees.active(7, Files.readString(TREE)));
    }

    @AfterAll
    static void stop() {
        dns.close();
    }

    @TestFactory
    Stream<DynamicTest> sessionsOfTheDocumentHappenAsWritten() throws IOException {
        List<Session> sessions = sessions();
        assertThat(sessions).hasSizeGreaterThan(5);
        return sessions.stream().map(session -> DynamicTest.dynamicTest(session.command, () -> run(session)));
    }

    private static void run(Session session) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(Arrays.asList(session.command
                .replace(WRITTEN, "@" + dns.address.getAddress().getHostAddress() + " -p " + dns.address.getPort())
                .split(" ")));
        assertThat(session.command).contains(WRITTEN);
        String tool = words.getFirst();
        assumeTrue(installed(tool), "needs " + tool);
        words.add(1, "-b");
        words.add(2, "127.250.53.9");
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String expected = session.prints.stream()
                .map(line -> Arrays.stream(line.strip().split("…", -1))
                        .map(part -> Arrays.stream(part.split("\\s+", -1))
                                .map(Pattern::quote)
                                .collect(Collectors.joining("\\s+")))
                        .collect(Collectors.joining(".*")))
                .collect(Collectors.joining("\\s*\\n(?:.*\\n)*?\\s*"));
        assertThat(Pattern.compile(expected).matcher(printed).find())
                .as("these lines, in this order:%n%s%nin%n%s", String.join("\n", session.prints), printed)
                .isTrue();
    }

    private static boolean installed(String tool) {
        return Arrays.stream(System.getenv("PATH").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
    }

    private static List<Session> sessions() throws IOException {
        List<Session> sessions = new ArrayList<>();
        boolean inside = false;
        for (String line : Files.readAllLines(DOCUMENT)) {
            if (line.startsWith("```")) {
                inside = line.equals("```console");
            } else if (inside && line.startsWith("$ ")) {
                sessions.add(new Session(line.substring(2), new ArrayList<>()));
            } else if (inside && !line.isBlank()) {
                sessions.getLast().prints.add(line);
            }
        }
        return sessions;
    }
}
