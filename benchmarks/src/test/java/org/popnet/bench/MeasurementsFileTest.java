package org.popnet.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class MeasurementsFileTest {
    private static final LocalDate DAY = LocalDate.of(2026, 11, 25);
    private static final Machine MACHINE =
            new Machine("a processor", 2, 24_000_000_000L, "Linux 6.18", "Temurin 25", false);
    private static final String FILE = "# Measurements\n\nWhat was measured.\n\n## Older, 2026-11-23\n\nold figures\n";

    @Test
    void newestStandsFirstBelowTheIntroduction() {
        String text = MeasurementsFile.insert(FILE, report(6.0), MACHINE, DAY);
        assertThat(text)
                .startsWith("# Measurements\n\nWhat was measured.\n\n## Name server, 2026-11-25\n\na processor");
        assertThat(text).endsWith("\n\n## Older, 2026-11-23\n\nold figures\n");
        assertThat(text).contains("| server | µs |\n|---|---|\n| ours | 6 |\n");
    }

    @Test
    void sameMeasurementOfTheSameDayIsReplacedAndOtherDaysStay() {
        String once = MeasurementsFile.insert(FILE, report(6.5), MACHINE, DAY);
        String twice = MeasurementsFile.insert(once, report(7.0), MACHINE, DAY);
        assertThat(twice).contains("| ours | 7 |").doesNotContain("6.5");
        String tomorrow = MeasurementsFile.insert(twice, report(8.0), MACHINE, DAY.plusDays(1));
        assertThat(tomorrow).contains("| ours | 7 |").contains("| ours | 8 |");
        assertThat(tomorrow.indexOf("11-26")).isLessThan(tomorrow.indexOf("11-25"));
    }

    @Test
    void missedTargetsAreToldAsPlainlyAsMetOnes() {
        Report report = new Report("X")
                .verdict(Verdict.atMost("T1 p99", 0.4, 1, "ms"))
                .verdict(Verdict.ratio("T1 CPU per answer", 7.0, "Knot", 5.0, 1))
                .verdict(Verdict.ratio("T1 CPU per answer", 5.0, "NSD", 5.1, 1))
                .verdict(Verdict.open("T1 against gdnsd", "gdnsd is not installed"));
        assertThat(report.text(MACHINE, DAY))
                .containsPattern("T1 p99 +0.40 ms +met")
                .containsPattern("1.40 × Knot: behind Knot +\\*\\*missed\\*\\*")
                .containsPattern("0.98 × NSD: level with NSD +met")
                .containsPattern("gdnsd is not installed +not judged");
    }

    private static Report report(double micros) {
        Report report = new Report("Name server");
        report.table("server", "µs").row("ours", Figures.of(micros));
        return report;
    }
}
