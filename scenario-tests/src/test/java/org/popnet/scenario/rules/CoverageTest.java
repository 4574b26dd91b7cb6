package org.popnet.scenario.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/coverage.md lists every requirement, and the tests that it names exist. */
class CoverageTest {
    private static final Pattern ROW =
            Pattern.compile("^\\| `([A-Z]+[0-9.]+)` \\| (.+?) \\| (.+?) \\|$", Pattern.MULTILINE);
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+)#(\\w+)`");

    /** How many requirements each family has. */
    private static final Map<String, Integer> FAMILIES = Map.ofEntries(
            Map.entry("M1.", 13),
            Map.entry("M2.", 6),
            Map.entry("M3.", 6),
            Map.entry("M4.", 3),
            Map.entry("M5.", 3),
            Map.entry("M6.", 3),
            Map.entry("M7.", 8),
            Map.entry("M8.", 5),
            Map.entry("FD", 7),
            Map.entry("FS", 3),
            Map.entry("FE", 6),
            Map.entry("FO", 2),
            Map.entry("FL", 2),
            Map.entry("FC", 2),
            Map.entry("FW", 2),
            Map.entry("T", 15));

    private static final String TEXT = Repository.read("docs/coverage.md");

    @Test
    void everyRequirementStandsThereOnce() {
        List<String> wanted = FAMILIES.entrySet().stream()
                .flatMap(f -> IntStream.rangeClosed(1, f.getValue()).mapToObj(n -> f.getKey() + n))
                .toList();
        List<String> listed = ROW.matcher(TEXT).results().map(r -> r.group(1)).toList();

        assertThat(listed).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(wanted);
    }

    @Test
    void everyRowNamesWhatShowsItOrSaysThatItIsOpen() {
        List<String> vague = ROW.matcher(TEXT)
                .results()
                .filter(r -> !r.group(3).contains("open")
                        && !TEST.matcher(r.group(3)).find()
                        && !r.group(3).contains("docs/measurements.md"))
                .map(r -> r.group(1))
                .toList();

        assertThat(vague).isEmpty();
    }

    @Test
    void everyNamedTestExists() {
        Map<String, String> sources = new TreeMap<>();
        for (Path file : Repository.files(
                f -> f.toString().contains("/src/test/") && f.toString().endsWith("Test.java"))) {
            sources.merge(file.getFileName().toString().replace(".java", ""), Repository.read(file), String::concat);
        }
        List<String> missing = new ArrayList<>();
        Matcher tests = TEST.matcher(TEXT);
        while (tests.find()) {
            String source = sources.getOrDefault(tests.group(1), "");
            if (Stream.of(" " + tests.group(2) + "(").noneMatch(source::contains)) {
                missing.add(tests.group());
            }
        }
        assertThat(missing)
                .as("tests that docs/coverage.md names and nobody wrote")
                .isEmpty();
    }
}
