package org.popnet.local.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.popnet.platform.tree.Service;

class JvmOptionsTest {
    private static final String FIRST_COMPILER_ONLY = "-XX:TieredStopAtLevel=1";

    @ParameterizedTest
    @EnumSource(Service.class)
    void quickStartLeavesOutTheOptimizingCompilerOfEveryServiceOnceAndChangesNothingElse(Service service) {
        assertThat(JvmOptions.of(service, true))
                .containsOnlyOnce(FIRST_COMPILER_ONLY)
                .containsAll(JvmOptions.of(service, false))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource(names = {"DNS", "EDGE_CACHE"})
    void dataPlanesHaveItOtherwise(Service service) {
        assertThat(JvmOptions.of(service, false)).doesNotContain(FIRST_COMPILER_ONLY);
    }
}
