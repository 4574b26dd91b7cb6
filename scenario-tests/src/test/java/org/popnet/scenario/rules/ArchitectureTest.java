package org.popnet.scenario.rules;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which part may know which. */
class ArchitectureTest {
    private static final List<String> SERVICES = List.of("dns", "probe", "edge", "fetch", "log", "netview", "admin");
    private static final List<String> MODULES = List.of(
            "pop-platform",
            "http-caching",
            "dns-service",
            "probe-service",
            "edge-cache-service",
            "origin-fetch-service",
            "log-service",
            "netview-console",
            "admin-service",
            "local-network");

    private static JavaClasses all;

    @BeforeAll
    static void read() {
        List<Path> built = MODULES.stream()
                .map(module -> Repository.ROOT.resolve(module).resolve("target/classes"))
                .toList();
        assertThat(built).as("every module is built before this one").allMatch(Files::isDirectory);
        all = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPaths(built);
    }

    @Test
    void noServiceDependsOnAnother() {
        for (String service : SERVICES) {
            String[] others = SERVICES.stream()
                    .filter(other -> !other.equals(service))
                    .map(other -> "org.popnet." + other + "..")
                    .toArray(String[]::new);
            noClasses()
                    .that(are(resideInAPackage("org.popnet." + service + "..")))
                    .should()
                    .dependOnClassesThat(resideInAnyPackage(others))
                    .check(all);
        }
    }

    @Test
    void thePlatformKnowsNoServiceAndNoConfigClient() {
        noClasses()
                .that(are(resideInAPackage("org.popnet.platform..")))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "org.popnet.dns..",
                        "org.popnet.probe..",
                        "org.popnet.edge..",
                        "org.popnet.fetch..",
                        "org.popnet.log..",
                        "org.popnet.netview..",
                        "org.popnet.admin..",
                        "org.popnet.local..",
                        "org.popnet.caching..",
                        "org.springframework.cloud.."))
                .check(all);
    }

    @Test
    void theRulesOfCachingArePure() {
        classes()
                .that(are(resideInAPackage("org.popnet.caching..")))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                                "org.popnet.caching..", "java.lang..", "java.util..", "java.time..", "org.jspecify..")
                        .or(type(URI.class)))
                .check(all);
    }

    @Test
    void theTreeAndTheMessagesKnowNothingOfSpring() {
        noClasses()
                .that(are(resideInAnyPackage("org.popnet.platform.tree..", "org.popnet.platform.message..")))
                .should()
                .dependOnClassesThat(resideInAPackage("org.springframework.."))
                .check(all);
    }

    @Test
    void steeringAndTheWireOfTheNameServerKnowNothingOfSpring() {
        noClasses()
                .that(are(resideInAnyPackage("org.popnet.dns.steering..", "org.popnet.dns.wire..")))
                .should()
                .dependOnClassesThat(resideInAPackage("org.springframework.."))
                .check(all);
    }

    @Test
    void thePlatformsPackagesHaveNoCircle() {
        slices().matching("org.popnet.platform.(*)..").should().beFreeOfCycles().check(all);
    }

    @Test
    void nobodyWaitsBySleeping() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.popnet.local..")
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Thread.class, "sleep", java.time.Duration.class)
                .check(all);
    }

    @Test
    void everyPackageSaysWhatItIsFor() {
        List<String> silent = all.stream()
                .map(c -> c.getPackageName())
                .distinct()
                .filter(name -> all.stream().noneMatch(c -> c.getName().equals(name + ".package-info")))
                .sorted()
                .toList();
        assertThat(silent).as("packages without package-info.java").isEmpty();
    }
}
