package org.popnet.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.concurrent.Callable;
import org.popnet.local.process.Installation;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A measurement as a subcommand: it prints its report, and with {@code --record} writes it down. */
public abstract class MeasurementCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--record",
            description = "Writes the result into docs/measurements.md too, in place of one of the same day.")
    private boolean record;

    /**
     * Measures.
     *
     * @param machine what it runs on
     * @return what came out, misses included
     */
    protected abstract Report measure(Machine machine) throws Exception;

    @Override
    public final Integer call() throws Exception {
        Machine machine = Machine.here();
        Report report = measure(machine);
        PrintWriter out = spec.commandLine().getOut();
        LocalDate today = LocalDate.now(ZoneId.systemDefault());
        out.println(report.text(machine, today));
        if (record) {
            Path file = installation().home().resolve("docs/measurements.md");
            MeasurementsFile.write(file, report, machine, today);
            out.println("written into " + file);
        }
        out.flush();
        return 0;
    }

    /** Says what is going on, in a line. */
    protected final void progress(String line) {
        spec.commandLine().getErr().println(line);
    }

    protected static Installation installation() {
        return Installation.find();
    }

    /** A directory for what this measurement writes; kept between runs, below {@code target}. */
    protected static Path workDirectory(String measurement) {
        return installation().home().resolve("target/bench").resolve(measurement);
    }
}
