package org.popnet.probe.check;

/**
 * How much of a body is read.
 *
 * @param kept the first bytes, which are searched
 * @param bytesMax where reading ends
 * @param whole whether a body must end within {@code bytesMax}; if not, reading just stops there
 * @param statedToo whether that holds for bodies of stated length too, or only for those that might never end
 * @param hashed whether the SHA-256 of what was read is wanted
 */
record BodyRule(int kept, int bytesMax, boolean whole, boolean statedToo, boolean hashed) {
    /** How much of a body is kept to look for a text. */
    static final int SEARCHED_BYTES = 64 * 1024;

    /** A body without a stated length must end within this, or it counts as endless. */
    static final int UNSTATED_BYTES_MAX = 1024 * 1024;

    /** Enough to look for a text. */
    static final BodyRule SEARCH = new BodyRule(SEARCHED_BYTES, UNSTATED_BYTES_MAX, true, false, false);

    /** All of it, of which the first MiB is searched. */
    static BodyRule whole(int bytesMax, boolean hashed) {
        return new BodyRule(Math.min(bytesMax, UNSTATED_BYTES_MAX), bytesMax, true, true, hashed);
    }

    /** The first bytes, to see how fast they come. */
    static BodyRule part(int bytes) {
        return new BodyRule(0, bytes, false, false, false);
    }
}
