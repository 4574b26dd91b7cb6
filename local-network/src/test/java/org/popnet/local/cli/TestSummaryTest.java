package org.popnet.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestSummaryTest {
    @TempDir
    Path project;

    @Test
    void failuresAndSkipsAreNamedAndModulesCounted() throws Exception {
        Path reports = Files.createDirectories(project.resolve("dns-service/target/surefire-reports"));
        Files.writeString(reports.resolve("TEST-a.xml"), """
                <testsuite name="a">
                  <testcase name="answers()" classname="org.popnet.dns.WireTest"/>
                  <testcase name="refuses()" classname="org.popnet.dns.WireTest">
                    <failure message="&#10;expected: REFUSED&#10; but was: NOERROR" type="AssertionError">trace</failure>
                  </testcase>
                  <testcase name="drops()" classname="org.popnet.dns.WireTest">
                    <skipped message="needs nft: nft does not work here"/>
                  </testcase>
                </testsuite>
                """);
        assertThat(TestSummary.read(project).text())
                .contains("Failed:\n  WireTest.refuses(): expected: REFUSED but was: NOERROR\n")
                .contains("Skipped:\n  WireTest.drops(): needs nft: nft does not work here\n")
                .containsPattern("dns-service +3 +1 +1");
        assertThat(TestSummary.read(project).line()).isEqualTo("tests: 1 passed, 1 failed, 1 skipped");
    }

    @Test
    void anAssumptionThatDoesNotHoldSaysWhyThoughItIsOnlyInTheTrace() throws Exception {
        Path reports = Files.createDirectories(project.resolve("probe-service/target/surefire-reports"));
        Files.writeString(reports.resolve("TEST-a.xml"), """
                <testsuite name="a">
                  <testcase name="says" classname="org.popnet.probe.EchoPingTest">
                    <skipped type="org.opentest4j.TestAbortedException"><![CDATA[org.opentest4j.TestAbortedException: \
                Assumption failed: this process may send echo requests
                	at org.junit.jupiter.api.Assumptions.assumeTrue(Assumptions.java:127)
                ]]></skipped>
                  </testcase>
                  <testcase name="rests" classname="org.popnet.probe.EchoPingTest"><skipped/></testcase>
                </testsuite>
                """);
        assertThat(TestSummary.read(project).text())
                .contains("  EchoPingTest.says: Assumption failed: this process may send echo requests\n")
                .contains("  EchoPingTest.rests: \n");
    }
}
