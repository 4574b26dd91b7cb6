package org.popnet.log.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.popnet.log.TestTree;
import org.popnet.platform.datagram.MessageSize;
import org.popnet.platform.message.Message.LogAck;
import org.popnet.platform.tree.NodeName;

class AssignmentTest {
    @Test
    void aLogServerManagesWhatTheTreeGivesItAndNothingElse() {
        Assignment mine = Assignment.of(new TestTree().get().tree(), NodeName.of("log.hq"));
        assertThat(mine.customers()).containsExactlyInAnyOrder("customer1", "customer2", "customer3", "_network");
        assertThat(mine.manages("customer9")).isFalse();
        Assignment others = Assignment.of(new TestTree().get().tree(), NodeName.of("log2.hq"));
        assertThat(others.customers()).isEmpty();
    }

    @Test
    void theLongestAcknowledgementFitsADatagram() {
        List<Long> numbers = LongStream.range(0, BatchWriter.ACKS_MAX)
                .map(i -> Long.MAX_VALUE / 2 - i)
                .boxed()
                .toList();
        assertThat(MessageSize.of(new LogAck("c".repeat(63), Long.MAX_VALUE, numbers, false)))
                .isLessThanOrEqualTo(MessageSize.BYTES_MAX);
    }
}
