package org.popnet.dns.steering;

import org.jspecify.annotations.Nullable;

/** The outcome of one decision, and the working space for it; one object per listener thread, used again. */
public final class Choice {
    /** The most servers in one answer, as the tree allows. */
    public static final int ANSWERS_MAX = 8;

    /** Which candidates could be chosen from. */
    public enum Level {
        /** healthy, with capacity to spare */
        HEALTHY(true),
        /** healthy, all of them overloaded: the rule's overflow destination answers */
        OVERFLOW(true),
        /** healthy, all of them overloaded, and there is nowhere else to go */
        OVERLOADED(false),
        /** none healthy: the rule says what then */
        DOWN(false);

        /** Whether there is room: then nobody overloaded is chosen. */
        final boolean room;

        Level(boolean room) {
            this.room = room;
        }
    }

    /** What the answer is made of. */
    public enum Kind {
        /** the servers chosen; none of them if there is no candidate */
        SERVERS,
        /** the name that {@link #host} gives */
        HOST,
        /** an error */
        SERVFAIL
    }

    final @Nullable Candidate[] chosen = new Candidate[ANSWERS_MAX];
    int count;
    Level level = Level.HEALTHY;
    Kind kind = Kind.SERVERS;

    @Nullable String host;

    boolean clientMattered;
    boolean persisted;

    /** The client and the domain, mixed: what all draws of this decision begin with. */
    long seed;
    /** When all are down: those that went down since then may answer. */
    long lastGoodSince;
    /** What the distance of a server that nobody has measured is taken to be; NaN before it is needed. */
    double unknownMs;

    /** The rule's tolerance. */
    double toleranceMs;

    /** How seriously this client takes load, around 1; 0 before it is needed. */
    double sensitivity;

    final Scoring.Sum sum = new Scoring.Sum();

    double[] groupScore = new double[16];
    /** The same without load: who is equal there shares by spare capacity. */
    double[] groupBase = new double[16];
    /** The index of the group with the best score, which need not be the one the client falls to; -1 if none. */
    int best;
    /** What is free in the group, weighted. */
    double[] groupShare = new double[16];

    /** The same for the members of the group that was chosen. */
    double[] memberScore = new double[16];

    double[] memberBase = new double[16];

    void reset(int groups) {
        count = 0;
        level = Level.HEALTHY;
        kind = Kind.SERVERS;
        host = null;
        clientMattered = false;
        persisted = false;
        lastGoodSince = Long.MIN_VALUE;
        sensitivity = 0;
        unknownMs = Double.NaN;
        room(groups);
    }

    void room(int groups) {
        if (groupScore.length < groups) {
            groupScore = new double[groups * 2];
            groupBase = new double[groups * 2];
            groupShare = new double[groups * 2];
        }
    }

    void memberRoom(int members) {
        if (memberScore.length < members) {
            memberScore = new double[members * 2];
            memberBase = new double[members * 2];
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

    public Kind kind() {
        return kind;
    }

    /** The name that clients are sent to, with {@link Kind#HOST}; null otherwise. */
    public @Nullable String host() {
        return host;
    }

    /** Whether another client could have been answered differently: then the answer holds for this prefix only. */
    public boolean clientMattered() {
        return clientMattered;
    }

    /** Whether the first server is the one this client was given before. */
    public boolean persisted() {
        return persisted;
    }

    /** Whether the client's first server is worth remembering: a regular candidate, chosen anew. */
    public boolean isNew() {
        return !persisted && count > 0 && (level == Level.HEALTHY || level == Level.OVERLOADED);
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
