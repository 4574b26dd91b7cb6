package org.popnet.edge.memory;

/** Until this is closed, a tier has no room for anything else: as if fills had taken all of it. */
public final class FullMemory implements AutoCloseable {
    private final Room room;
    private final long bytes;

    public FullMemory(MemoryTier tier) {
        this.room = tier.room();
        this.bytes =
                tier.settings().bytesMax() + tier.settings().fillBytesMax() - tier.bytesInUse() - tier.bytesReserved();
        if (!room.reserve(bytes)) {
            throw new IllegalStateException("room was taken meanwhile");
        }
    }

    @Override
    public void close() {
        room.unreserve(bytes);
    }
}
