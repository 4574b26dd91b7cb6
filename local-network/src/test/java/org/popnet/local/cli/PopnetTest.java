package org.popnet.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.local.ProcessStatus;
import org.popnet.local.TestTree;
import picocli.CommandLine;

class PopnetTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "up",
                "down",
                "status",
                "doctor",
                "get",
                "traffic",
                "flush",
                "explain",
                "explain-cache",
                "config",
                "train",
                "test",
                "bench",
                "billing",
                "store"
            })
    void everyCommandHasHelp(String command) {
        int code = command.isEmpty() ? run("--help") : run(command, "--help");
        assertThat(code).isZero();
        assertThat(out.toString()).contains("Usage: popnet").contains("--help");
        assertThat(out.toString().lines()).allMatch(line -> line.length() <= 80);
    }

    @Test
    void downDoesNoHarmWhenNothingRuns() {
        assertThat(runHere("down")).isZero();
        assertThat(out.toString()).contains("not running");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status",
                "get http://www.customer1.example/ --from paris",
                "explain x --client 192.0.2.1",
                "billing verify --customer c --month 2026-10"
            })
    void whatNeedsANetworkSaysThatNoneRuns(String command) {
        assertThat(runHere(command.split(" "))).isEqualTo(1);
        assertThat(err.toString()).contains("Popnet is not running; ./popnet up starts it");
    }

    @Test
    void statusAsJsonIsAnArrayAlsoWhenNothingRuns() {
        assertThat(runHere("status", "--json")).isEqualTo(1);
        assertThat(out.toString().strip()).isEqualTo("[]");
    }

    @Test
    void unknownPlaceIsRefusedWithThoseThatExist() {
        assertThat(runHere("get", "http://www.customer1.example/", "--from", "mars"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("'mars' is none of california, newyork, paris");
    }

    @Test
    void whatIsTooMuchOrUnknownIsNamed() {
        assertThat(run("stauts")).isEqualTo(2);
        assertThat(err.toString())
                .contains("there is no command 'stauts' (perhaps 'status'); there are: up, down, status,");
        assertThat(run("config", "check")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no command 'check'; there are: validate");
        assertThat(run("down", "--hard")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no option '--hard'");
        assertThat(run("status", "edge1.westusa")).isEqualTo(2);
        assertThat(err.toString()).contains("status takes no further word, here 'edge1.westusa'");
    }

    @Test
    void flushWantsExactlyOneSelection() {
        assertThat(runHere("flush", "--site", "static.customer1.example")).isEqualTo(2);
        assertThat(runHere("flush", "--site", "static.customer1.example", "--all", "--tag", "a"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("popnet: --tag=KEY, --all are mutually exclusive");
    }

    @Test
    void instanceNeedsAStateDirectoryOfItsOwn() {
        assertThat(run("--instance", "3", "down")).isEqualTo(1);
        assertThat(err.toString()).contains("--state");
    }

    @Test
    void everyMistakeOfATreeIsToldWithItsLine() throws Exception {
        Path tree = directory.resolve("network.yml");
        Files.writeString(
                tree,
                TestTree.TEXT.replace("127.0.1.2", "nowhere").replace("candidates: [servers]", "candidates: [all]"));
        assertThat(run("config", "validate", tree.toString())).isEqualTo(1);
        assertThat(err.toString())
                .contains("2 mistakes")
                .contains("(network.yml:16)")
                .contains("(network.yml:23)");
    }

    @Test
    void validTreeIsCounted() throws Exception {
        Path tree = directory.resolve("network.yml");
        Files.writeString(tree, TestTree.TEXT);
        assertThat(run("config", "validate", tree.toString())).isZero();
        assertThat(out.toString()).contains("is valid: 2 POPs (hq, westusa), 4 nodes, 1 customer, 2 domains");
    }

    @Test
    void missingTreeIsSaidToBeMissing() {
        assertThat(run("config", "validate", directory.resolve("none.yml").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("there is no file");
    }

    @Test
    void statusTableHasALineForEachProcessAndSaysWhetherAllAgree() {
        String table = StatusCommand.table(List.of(
                new ProcessStatus("edge1.westusa", "westusa", "edge-cache", 4711L, "127.0.1.2", "UP", 3L),
                new ProcessStatus("dns.westusa", "westusa", "dns", null, "127.0.1.1", "DOWN", null)));
        assertThat(table.lines().toList().get(1))
                .isEqualTo("edge1.westusa  westusa  edge-cache  4711  127.0.1.2  UP      3");
        assertThat(table).contains("1 of 2 up, all on generation 3");
    }

    private int runHere(String... arguments) {
        String[] all = new String[arguments.length + 4];
        all[0] = "--instance";
        all[1] = "97";
        all[2] = "--state";
        all[3] = directory.resolve("state").toString();
        System.arraycopy(arguments, 0, all, 4, arguments.length);
        return run(all);
    }

    private int run(String... arguments) {
        CommandLine commandLine = Popnet.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(arguments);
    }
}
