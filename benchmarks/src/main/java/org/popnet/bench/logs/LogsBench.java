package org.popnet.bench.logs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.popnet.bench.Core;
import org.popnet.bench.Figures;
import org.popnet.bench.Machine;
import org.popnet.bench.MeasuredNode;
import org.popnet.bench.MeasurementCommand;
import org.popnet.bench.Report;
import org.popnet.bench.ServerProcess;
import org.popnet.bench.Usage;
import org.popnet.bench.Verdict;
import org.popnet.log.intake.MeasuredLogServer;
import org.popnet.platform.spool.MeasuredSenders;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./popnet bench logs}. */
@Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        description = {
            "How many log records a second a log server and its PostgreSQL take in on one core: received over UDP,"
                    + " aggregated, written raw and committed; and how old the figures are."
        })
public final class LogsBench extends MeasurementCommand {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @Option(
            names = "--records",
            defaultValue = "1000000",
            description = "Records of the load, after half as many to warm up (default: ${DEFAULT-VALUE}).")
    private int records;

    @Override
    protected Report measure(Machine machine) throws Exception {
        Path directory = workDirectory("logs");
        MeasuredNode.clear(directory);
        Files.createDirectories(directory);
        new MeasuredNetwork(directory).prepare();
        Path ready = directory.resolve("ready");
        progress("starting PostgreSQL and the log server");
        try (ServerProcess server =
                ServerProcess.start("log-server", java(MeasuredLogServer.class, directory.toString()), directory)) {
            server.awaitReady(() -> Files.exists(ready), Duration.ofMinutes(2));
            List<String> said = Files.readAllLines(ready);
            String port = said.getFirst();
            ProcessHandle postgres =
                    ProcessHandle.of(Long.parseLong(said.getLast())).orElseThrow();
            progress("warming up");
            long warmBytes = load(directory, records / 2).bytes;
            progress("load: " + records + " records");
            long serverBefore = Usage.cpuMicros(server.handle());
            long postgresBefore = Usage.cpuMicros(postgres);
            Load load = load(directory, records);
            long serverMicros = Usage.cpuMicros(server.handle()) - serverBefore;
            long postgresMicros = Usage.cpuMicros(postgres) - postgresBefore;
            progress("age of figures");
            double[] fresh = fresh(directory, port);
            List<Long> stored = stored(port);
            return report(load, serverMicros, postgresMicros, fresh)
                    .verdict(new Verdict(
                            "T10 sums in the database are the senders' own",
                            stored.get(0) + " records, " + stored.get(1) + " bytes",
                            stored.equals(List.of((long) records + records / 2, warmBytes + load.bytes))));
        }
    }

    private Report report(Load load, long serverMicros, long postgresMicros, double[] fresh) {
        double perCore = records * 1e6 / (serverMicros + postgresMicros);
        Report report = new Report("Log server");
        report.table("what", "CPU per record", "records/s per core of it")
                .row("log server", micros(serverMicros), Figures.of(records * 1e6 / serverMicros))
                .row("PostgreSQL", micros(postgresMicros), Figures.of(records * 1e6 / postgresMicros))
                .row("both", micros(serverMicros + postgresMicros), Figures.of(perCore));
        report.table("", "records/s")
                .row("received, aggregated and committed on one core", Figures.of(records / load.seconds));
        return report.verdict(Verdict.atLeast("T10 ≥ 50,000 records/s per core", perCore, 50_000, "records/s"))
                .verdict(Verdict.atMost(
                        "T10 figure ≤ 2 s after the request (the slowest of " + fresh.length + ")",
                        Arrays.stream(fresh).max().orElse(Double.NaN) / 1000,
                        2,
                        "s"))
                .note("Ten customers on four edges; real spools, shippers and sealed datagrams on the other core;"
                        + " PostgreSQL with fsync. The median figure was "
                        + Figures.of(Figures.percentile(fresh, 50) / 1000)
                        + " s old when it could be read: senders cut a batch every second.");
    }

    private String micros(long micros) {
        return Figures.of((double) micros / records) + " µs";
    }

    private record Load(double seconds, long bytes) {}

    private static Load load(Path directory, int records) throws IOException, InterruptedException {
        String[] said = senders(directory, "load", Integer.toString(records)).split(" ");
        return new Load(Long.parseLong(said[0]) / 1e9, Long.parseLong(said[1]));
    }

    private static double[] fresh(Path directory, String port) throws IOException, InterruptedException {
        return Arrays.stream(senders(directory, "fresh", port).split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    /** Runs the senders to their end; their last line. */
    private static String senders(Path directory, String... what) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(directory.toString()));
        arguments.addAll(List.of(what));
        Path out = directory.resolve("senders.out");
        Process process = new ProcessBuilder(
                        Core.GENERATOR.command(java(MeasuredSenders.class, arguments.toArray(String[]::new))))
                .redirectError(directory.resolve("senders.err").toFile())
                .redirectOutput(out.toFile())
                .start();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("the senders did not come to their end: see " + directory.resolve("senders.err"));
        }
        return Files.readAllLines(out).getLast();
    }

    private static List<Long> stored(String port) throws Exception {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:postgresql://localhost:" + port + "/popnet?user=postgres");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT sum(requests), sum(bytes_out) FROM log.traffic_minute"
                        + " WHERE domain <> 'fresh.example'")) {
            row.next();
            return List.of(row.getLong(1), row.getLong(2));
        }
    }

    private static List<String> java(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx768m",
                "-XX:+UseCompactObjectHeaders",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dpopnet.home=" + installation().home(),
                "-Dlogback.configurationFile=bench-logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
