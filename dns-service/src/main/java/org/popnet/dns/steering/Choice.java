package org.popnet.dns.steering;

import org.jspecify.annotations.Nullable;

/** The outcome of one decision, and the working space for it; one object per listener thread, used again. */
public final class Choice {
    /** The most servers in one answer, as the tree allows. */
    public static final int ANSWERS_MAX = 8;

    /** Which candidates could be chosen from. */
    public enum Level {
        /** healthy, with capacity to spare */
        HEALTHY,
        /** healthy, all of them overloaded */
        OVERLOADED,
        /** none healthy: the rule says what then */
        DOWN
    }

    final @Nullable Candidate[] chosen = new Candidate[ANSWERS_MAX];
    int count;
    Level level = Level.HEALTHY;
    boolean clientMattered;
    boolean persisted;
    double[] groupScore = new double[16];

    void reset(int groups) {
        count = 0;
        level = Level.HEALTHY;
        clientMattered = false;
        persisted = false;
        if (groupScore.length < groups) {
            groupScore = new double[groups * 2];
        }
    }

    public int count() {
        return count;
    }

    /** The servers to answer with, best first. */
    public Candidate get(int i) {
        Candidate candidate = i < count ? chosen[i] : null;
        if (candidate == null) {
            throw new IndexOutOfBoundsException("answer " + i + " of " + count);
        }
        return candidate;
    }

    public Level level() {
        return level;
    }

    /** Whether another client could have been answered differently: then the answer holds for this prefix only. */
    public boolean clientMattered() {
        return clientMattered;
    }

    /** Whether the first server is the one this client was given before. */
    public boolean persisted() {
        return persisted;
    }

    /** Whether this server is among those chosen; candidates of one tree are compared by identity. */
    @SuppressWarnings("ReferenceEquality")
    public boolean holds(Candidate candidate) {
        for (int i = 0; i < count; i++) {
            if (chosen[i] == candidate) {
                return true;
            }
        }
        return false;
    }
}
