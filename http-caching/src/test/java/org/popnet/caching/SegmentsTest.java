package org.popnet.caching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which segments a part needs, and which parts belong together. */
class SegmentsTest {
    private static final int MIB = Segments.BYTES;

    @Test
    void everyByteLiesInTheSegmentThatBeginsBeforeIt() {
        assertThat(Segments.at(0)).isZero();
        assertThat(Segments.at(MIB - 1)).isZero();
        assertThat(Segments.at(MIB)).isEqualTo(1);
        assertThat(Segments.range(1, 10L * MIB)).isEqualTo(new ByteRange(MIB, 2 * MIB - 1));
        assertThat(Segments.range(1, MIB + 1)).isEqualTo(new ByteRange(MIB, MIB));
        assertThat(Segments.run(1, 3, 3L * MIB + 5)).isEqualTo(new ByteRange(MIB, 3L * MIB + 4));
        assertThat(Segments.count(0)).isZero();
        assertThat(Segments.count(MIB)).isEqualTo(1);
        assertThat(Segments.count(MIB + 1)).isEqualTo(2);
    }

    @Test
    void aVeryLargeFileHasItsLastSegmentWhereItEnds() {
        long length = 5_000_000_000_000L;
        int last = Segments.at(length - 1);
        assertThat(Segments.range(last, length).last()).isEqualTo(length - 1);
        assertThat(Segments.first(last)).isLessThan(length).isGreaterThan(length - MIB - 1);
    }

    @Test
    void segmentsOfAnyRangeCoverItAndNoMoreThanTheyMust() {
        Random random = new Random(9111);
        for (int n = 0; n < 10_000; n++) {
            long length = 1 + random.nextLong(20L * MIB);
            long first = random.nextLong(length);
            long last = first + random.nextLong(length - first);
            ByteRange run = Segments.run(Segments.at(first), Segments.at(last) - Segments.at(first) + 1, length);
            assertThat(run.first()).isLessThanOrEqualTo(first).isGreaterThan(first - MIB);
            assertThat(run.last()).isGreaterThanOrEqualTo(last).isLessThan(Math.min(length, last + MIB));
        }
    }

    @Test
    void fetchedTogetherIsWhatIsWantedMissingAndInARow() {
        long wanted = 10L * MIB - 1;
        assertThat(Segments.together(2, wanted, 4, s -> true)).isEqualTo(4);
        assertThat(Segments.together(2, 4L * MIB, 4, s -> true)).isEqualTo(3);
        assertThat(Segments.together(2, wanted, 4, s -> s != 4)).isEqualTo(2);
        assertThat(Segments.together(2, wanted, 4, s -> false)).isEqualTo(1);
        assertThat(Segments.together(9, wanted, 4, s -> true)).isEqualTo(1);
    }

    @Test
    void rfc9110Section14_4_contentRangeThatContradictsItselfIsNone() {
        assertThat(ContentRange.of(Headers.of("Content-Range", "bytes 1-2/3"))).isEqualTo(new ContentRange(1, 2, 3));
        for (String wrong : List.of(
                "bytes 2-1/3",
                "bytes 1-3/3",
                "bytes 1-2/*",
                "bytes */3",
                "bytes=1-2/3",
                "1-2/3",
                "bytes 1-2/99999999999999999999",
                "bytes -1-2/3")) {
            assertThat(ContentRange.of(Headers.of("Content-Range", wrong)))
                    .as(wrong)
                    .isNull();
        }
        assertThat(ContentRange.of(Headers.of("Content-Range", "bytes 1-2/3", "Content-Range", "bytes 1-2/3")))
                .isNull();
    }

    @Test
    void aPartAnswersWhatWasAskedOnlyToTheByte() {
        ContentRange part = new ContentRange(10, 19, 20);
        assertThat(part.answers(new ByteRange(10, 19))).isTrue();
        assertThat(part.answers(new ByteRange(10, Long.MAX_VALUE))).isTrue();
        assertThat(part.answers(new ByteRange(10, 18))).isFalse();
        assertThat(part.answers(new ByteRange(9, 19))).isFalse();
        assertThat(new ContentRange(10, 18, 20).answers(new ByteRange(10, 19))).isFalse();
    }

    @Test
    void rfc9111Section3_4_onlyPartsOfOneStrongTagLengthAndCodingBelongTogether() {
        RepresentationVersion one = RepresentationVersion.of(Headers.of("ETag", "\"a\""), 100);
        assertThat(one).isNotNull();
        assertThat(one.same(RepresentationVersion.of(Headers.of("ETag", "\"a\""), 100)))
                .isTrue();
        assertThat(one.same(RepresentationVersion.of(Headers.of("ETag", "\"b\""), 100)))
                .isFalse();
        assertThat(one.same(RepresentationVersion.of(Headers.of("ETag", "\"a\""), 101)))
                .isFalse();
        Headers coded = Headers.of("ETag", "\"a\"", "Content-Encoding", "gzip");
        assertThat(one.same(RepresentationVersion.of(coded, 100))).isFalse();
        assertThat(one.same(null)).isFalse();
        assertThat(one.tagField()).isEqualTo("\"a\"");
    }

    @Test
    void rfc9111Section3_4_withoutAStrongTagOrWithVaryNothingBelongsTogether() {
        for (Headers none : List.of(
                Headers.EMPTY,
                Headers.of("ETag", "W/\"a\""),
                Headers.of("ETag", "a"),
                Headers.of("ETag", "\"a\"", "ETag", "\"b\""),
                Headers.of("ETag", "\"a\"", "Vary", "Accept-Encoding"))) {
            assertThat(RepresentationVersion.of(none, 100)).as(none.toString()).isNull();
        }
        assertThatThrownBy(() -> new RepresentationVersion(new EntityTag(true, "a"), 1, null))
                .hasMessageContaining("strong");
    }

    @Test
    void theSoleRangeOfARequestIsFoundWithoutTheLength() {
        assertThat(ByteRange.sole(Headers.of("Range", "bytes=5-9"))).isEqualTo(new ByteRange(5, 9));
        assertThat(ByteRange.sole(Headers.of("Range", " bytes=5- "))).isEqualTo(new ByteRange(5, Long.MAX_VALUE));
        for (String other : List.of("bytes=-5", "bytes=1-2,3-4", "bytes=9-5", "items=1-2", "bytes=a-")) {
            assertThat(ByteRange.sole(Headers.of("Range", other))).as(other).isNull();
        }
        assertThat(ByteRange.sole(Headers.EMPTY)).isNull();
    }
}
