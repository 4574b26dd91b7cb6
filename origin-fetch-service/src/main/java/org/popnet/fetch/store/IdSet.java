package org.popnet.fetch.store;

import java.util.function.LongConsumer;

/** A set of ids, all greater than 0, at 16 bytes each: a million of them must not cost a start its heap. */
final class IdSet {
    private long[] slots = new long[1024];
    private int size;

    void add(long id) {
        if (2 * ++size > slots.length) {
            long[] old = slots;
            slots = new long[2 * old.length];
            for (long each : old) {
                if (each > 0) {
                    slots[free(each)] = each;
                }
            }
        }
        slots[free(id)] = id;
    }

    private int free(long id) {
        int at = start(id);
        while (slots[at] != 0) {
            at = (at + 1) & (slots.length - 1);
        }
        return at;
    }

    /** @return whether it was there */
    boolean remove(long id) {
        for (int at = start(id); slots[at] != 0; at = (at + 1) & (slots.length - 1)) {
            if (slots[at] == id) {
                slots[at] = -1; // was here: what lies behind it is still found
                return true;
            }
        }
        return false;
    }

    void forEach(LongConsumer action) {
        for (long each : slots) {
            if (each > 0) {
                action.accept(each);
            }
        }
    }

    private int start(long id) {
        return (int) ((id * 0x9E3779B97F4A7C15L) >>> 32) & (slots.length - 1);
    }
}
