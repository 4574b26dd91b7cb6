package org.popnet.bench.failover;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DisappearanceTest {
    private static final InetAddress VICTIM = InetAddress.ofLiteral("127.186.3.2");
    private static final InetAddress OTHER = InetAddress.ofLiteral("127.186.2.2");

    private static Asker.Answer at(long nanos, InetAddress... addresses) {
        return new Asker.Answer(nanos, Set.of(addresses));
    }

    @Test
    void aServerHasGoneWithTheFirstAnswerFromWhichOnNoneHasIt() {
        assertThat(Disappearance.nanos(
                        List.of(at(10, VICTIM), at(20, OTHER), at(30, OTHER, VICTIM), at(40, OTHER), at(50)), VICTIM))
                .hasValue(40);
    }

    @Test
    void aServerThatIsInTheLastAnswerHasNotGone() {
        assertThat(Disappearance.nanos(List.of(at(10, OTHER), at(20, VICTIM)), VICTIM))
                .isEmpty();
    }

    @Test
    void nothingIsSaidWithoutAnswersAndAServerThatWasNeverGivenIsGoneWithTheFirst() {
        assertThat(Disappearance.nanos(List.of(), VICTIM)).isEmpty();
        assertThat(Disappearance.nanos(List.of(at(10, OTHER), at(20, OTHER)), VICTIM))
                .hasValue(10);
    }
}
