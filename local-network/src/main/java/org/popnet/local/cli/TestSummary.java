package org.popnet.local.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** The end of {@code ./popnet test}: what failed, what was skipped and why, a line for each module, the total. */
final class TestSummary {
    private static final int MESSAGE_MAX = 300;

    private final Map<String, int[]> modules = new TreeMap<>(); // tests, failed, skipped
    private final List<String> failed = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();

    private TestSummary() {}

    /** @param arguments the project's directory, Maven's exit code, seconds taken, Maven's log */
    public static void main(String... arguments) throws IOException {
        TestSummary summary = read(Path.of(arguments[0]));
        boolean built = arguments[1].equals("0");
        System.out.print(summary.text());
        if (!built) {
            System.out.println("The build failed beside the tests; its log is " + arguments[3]);
        }
        boolean green = built && summary.failed.isEmpty() && summary.total(0) > 0;
        System.out.printf("%s in %s s%n", green ? "PASSED" : "FAILED", arguments[2]);
        System.out.println(summary.line());
        System.exit(green ? 0 : 1);
    }

    /** Reads what Surefire wrote below each module. */
    static TestSummary read(Path project) throws IOException {
        TestSummary summary = new TestSummary();
        try (DirectoryStream<Path> modules = Files.newDirectoryStream(project, Files::isDirectory)) {
            for (Path module : modules) {
                Path reports = module.resolve("target/surefire-reports");
                if (Files.isDirectory(reports)) {
                    summary.add(module.getFileName().toString(), reports);
                }
            }
        }
        return summary;
    }

    private void add(String module, Path directory) throws IOException {
        int[] counts = modules.computeIfAbsent(module, name -> new int[3]);
        try (DirectoryStream<Path> reports = Files.newDirectoryStream(directory, "TEST-*.xml")) {
            for (Path report : reports) {
                Element suite = parser().parse(report.toFile()).getDocumentElement();
                NodeList cases = suite.getElementsByTagName("testcase");
                for (int i = 0; i < cases.getLength(); i++) {
                    add(counts, (Element) cases.item(i));
                }
            }
        } catch (SAXException | ParserConfigurationException e) {
            throw new IOException("cannot read the test reports in " + directory, e);
        }
    }

    private void add(int[] counts, Element test) {
        String name = test.getAttribute("classname").replaceFirst(".*\\.", "") + "." + test.getAttribute("name");
        counts[0]++;
        for (String kind : List.of("failure", "error")) {
            NodeList found = test.getElementsByTagName(kind);
            if (found.getLength() > 0) {
                counts[1]++;
                failed.add(name + ": " + inShort(reason((Element) found.item(0))));
                return;
            }
        }
        NodeList skip = test.getElementsByTagName("skipped");
        if (skip.getLength() > 0) {
            counts[2]++;
            skipped.add(name + ": " + inShort(reason((Element) skip.item(0))));
        }
    }

    String text() {
        StringBuilder text = new StringBuilder("\n");
        list(text, "Failed", failed);
        list(text, "Skipped", skipped);
        Table table = new Table("MODULE", "TESTS", "FAILED", "SKIPPED");
        modules.forEach((module, counts) -> table.row(
                module, Integer.toString(counts[0]), Integer.toString(counts[1]), Integer.toString(counts[2])));
        return text.append(table).append('\n').toString();
    }

    /** The last line, for people and for whoever counts. */
    String line() {
        return "tests: %d passed, %d failed, %d skipped".formatted(total(0) - total(1) - total(2), total(1), total(2));
    }

    private static void list(StringBuilder text, String title, List<String> tests) {
        if (!tests.isEmpty()) {
            text.append(title).append(":\n");
            tests.stream()
                    .sorted()
                    .forEach(test -> text.append("  ").append(test).append('\n'));
            text.append('\n');
        }
    }

    private int total(int column) {
        return modules.values().stream().mapToInt(counts -> counts[column]).sum();
    }

    /** An assumption that does not hold has its message in its stack trace only, whose first line begins with its class. */
    private static String reason(Element outcome) {
        String message = outcome.getAttribute("message");
        return message.isBlank()
                ? outcome.getTextContent()
                        .strip()
                        .lines()
                        .findFirst()
                        .orElse("")
                        .replaceFirst("^[\\w.$]+: ", "")
                : message;
    }

    /** What an assertion says begins with an empty line and goes over several. */
    private static String inShort(String text) {
        String words = text.strip().replaceAll("\\s+", " ");
        return words.length() <= MESSAGE_MAX ? words : words.substring(0, MESSAGE_MAX) + "…";
    }

    private static DocumentBuilder parser() throws ParserConfigurationException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder();
    }
}
