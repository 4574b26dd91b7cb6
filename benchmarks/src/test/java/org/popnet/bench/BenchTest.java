package org.popnet.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchTest {
    @Test
    void everyMeasurementHasHelpAndCanBeWrittenDown() {
        CommandLine bench = Bench.commandLine();
        assertThat(bench.getUsageMessage()).contains("popnet bench");
        bench.getSubcommands().forEach((name, command) -> assertThat(command.getUsageMessage())
                .contains("popnet bench " + name)
                .contains("--record"));
    }

    @Test
    void unknownMeasurementIsRefused() {
        StringWriter err = new StringWriter();
        CommandLine bench = Bench.commandLine().setErr(new PrintWriter(err, true));
        assertThat(bench.execute("nothing")).isEqualTo(2);
        assertThat(err.toString()).contains("nothing");
    }
}
