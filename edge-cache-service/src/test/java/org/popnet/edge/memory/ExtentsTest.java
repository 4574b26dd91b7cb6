package org.popnet.edge.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.FileRegion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExtentsTest {
    private static final long MEMORY = 1 << 20;

    private final PooledByteBufAllocator pool = new PooledByteBufAllocator(true);
    private final Random random = new Random(15);
    private final List<String> refused = new ArrayList<>();
    private Extents extents;

    @BeforeEach
    void open() {
        assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
        extents = Extents.open(MEMORY, pool, refused::add);
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] sent(FileRegion region) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (WritableByteChannel channel = Channels.newChannel(out)) {
            while (region.transferred() < region.count()) {
                region.transferTo(channel, region.transferred());
            }
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4_096, 65_536, 65_537, 131_072, 131_073, 1_048_576})
    void whatWasAppendedInAnyPiecesIsReadAndSent(int length) throws IOException {
        byte[] all = bytes(length);
        Extent extent = extents.allocate(length);
        for (int at = 0; at < length; ) {
            int n = Math.min(1 + random.nextInt(20_000), length - at);
            ByteBuf piece =
                    (random.nextBoolean() ? Unpooled.directBuffer(n) : Unpooled.buffer(n)).writeBytes(all, at, n);
            assertThat(extent.append(piece, n)).isEqualTo(n);
            assertThat(piece.isReadable()).isFalse();
            piece.release();
            at += n;
        }
        assertThat(extent).isEqualTo(Unpooled.wrappedBuffer(all));
        int from = random.nextInt(length);
        FileRegion region = extent.region(from, length - from);
        extent.release();
        assertThat(extents.open()).isOne();
        assertThat(sent(region)).isEqualTo(java.util.Arrays.copyOfRange(all, from, length));
        region.release();
        assertThat(extents.open()).isZero();
    }

    @Test
    void slotsAreUsedAgainAndHoldNothingOfBefore() {
        Extent first = extents.allocate(100_000);
        first.append(Unpooled.wrappedBuffer(bytes(100_000)), 100_000);
        long offset = first.offset();
        first.release();
        Extent second = extents.allocate(120_000);
        assertThat(second.offset()).isEqualTo(offset);
        assertThat(second.readableBytes()).isZero();
        assertThat(Unpooled.wrappedBuffer(second.internalNioBuffer(0, 120_000)))
                .isEqualTo(Unpooled.wrappedBuffer(new byte[120_000]));
        second.release();
    }

    @Test
    void noTwoStandInTheSamePlaceAndThereIsRoomForAllThatMayBeHeld() {
        List<Extent> held = new ArrayList<>();
        for (int length : new int[] {33_000, 66_000, 140_000, 300_000, 600_000}) {
            for (long left = MEMORY; left >= length; left -= length) {
                Extent extent = extents.allocate(length);
                assertThat(extent).as("%d bytes with %d left", length, left).isNotNull();
                held.add(extent);
            }
        }
        held.sort(java.util.Comparator.comparingLong(Extent::offset));
        for (int i = 1; i < held.size(); i++) {
            Extent before = held.get(i - 1);
            assertThat(held.get(i).offset()).isGreaterThanOrEqualTo(before.offset() + before.occupied());
        }
        held.forEach(Extent::release);
        assertThat(extents.open()).isZero();
    }

    @Test
    void bodyStandsInThePoolWhenNoSlotIsLeft() {
        BodyMemory memory = new BodyMemory(pool, MEMORY, 48 * 1024, refused::add);
        List<ByteBuf> held = new ArrayList<>();
        while (memory.extentsOpen() == held.size()) {
            held.add(memory.allocate(1 << 20));
        }
        ByteBuf last = held.getLast();
        assertThat(memory.region(last, 0, 1 << 20)).isNull();
        assertThat(memory.bytesInUse()).isGreaterThanOrEqualTo((long) held.size() << 20);
        held.forEach(memory::free);
        assertThat(memory.bytesInUse()).isZero();
        assertThat(memory.extentsOpen()).isZero();
    }

    @Test
    void whereThereIsNoSuchFileBodiesStandInThePool() {
        long tooLarge = 1L << 55;
        assertThatThrownBy(() -> MemoryFile.open(tooLarge))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(Long.toString(tooLarge));
        BodyMemory memory = new BodyMemory(pool, tooLarge, 48 * 1024, refused::add);
        ByteBuf segment = memory.allocate(100_000);
        assertThat(memory.extentsOpen()).isZero();
        assertThat(memory.region(segment, 0, 100_000)).isNull();
        assertThat(memory.segmentBytes(100_000)).isEqualTo(Body.SEGMENT_BYTES);
        memory.free(segment);
        assertThat(memory.bytesInUse()).isZero();
    }

    /** A piece in the heap, one off it, and pieces smaller than a page. */
    @ParameterizedTest
    @CsvSource({"1000,false", "1000,true", "10000,false", "10000,true", "120000,true"})
    void ofWhatTheKernelHasNoMemoryForNoByteIsAppendedAndTheBodyGoesOnInThePool(int pieceBytes, boolean direct) {
        BodyMemory memory = new BodyMemory(pool, MEMORY, 48 * 1024, refused::add);
        byte[] all = bytes(120_000);
        Body body = new Body(memory, all.length);
        try (KernelLimit limit = KernelLimit.inFirst(memory, all.length, 50_500)) {
            for (int at = 0; at < all.length; at += pieceBytes) {
                ByteBuf piece = (direct ? Unpooled.directBuffer(pieceBytes) : Unpooled.buffer(pieceBytes))
                        .writeBytes(all, at, pieceBytes);
                body.append(piece);
                piece.release();
                assertThat(body.available()).isEqualTo(at + pieceBytes);
                assertThat(body.refused()).isEqualTo(body.available() > 50_500);
            }
        }
        assertThat(refused).as("EFBIG").containsExactly("errno 27");
        ByteBuf read = body.slice(0, all.length);
        assertThat(read).isEqualTo(Unpooled.wrappedBuffer(all));
        read.release();
        assertThat(body.region(0, all.length)).as("it stands in no file").isNull();
        assertThat(body.occupied()).isEqualTo(131_072);
        body.release();
        assertThat(memory.extentsOpen()).isZero();
        assertThat(memory.bytesInUse()).isZero();
    }
}
