package org.popnet.dns.knowledge;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.Address;
import org.popnet.dns.steering.Hash;
import org.popnet.dns.steering.Latencies;
import org.popnet.platform.message.Message.PopLatency;
import org.popnet.platform.message.Message.PrefixLatency;

/**
 * Round-trip times by client prefix (row) and POP (column): one writer, any number of readers, no locks. A row appears
 * whole and never moves or goes; rows that have expired are left behind when the table is copied ({@link #compact}).
 */
final class LatencyRows {
    /** Two name servers hear of one measurement at nearly the same time. */
    private static final long SAME_MEASUREMENT_MS = 2000;
    /** What a prefix, and a POP's figure without the POP's name, take in a datagram at most. */
    private static final int ROW_BYTES = 24;

    private static final int CELL_BYTES = 20;
    private static final VarHandle ATOMIC = MethodHandles.arrayElementVarHandle(long[].class);
    /** A row is the two halves of its prefix and then its cells: whoever finds it has what there is to read, too. */
    private static final int LOW = 1;

    private static final int CELLS_AT = 2;
    private static final int TAG_SHIFT = 32;

    /** A table is copied when this part of it has expired, or is all that is free. */
    private static final int WORTH = 8;

    private final int rowsMax;
    private final int columns;
    private final int mask;
    /** By slot: the upper half of the prefix's hash, then the row's number + 1; 0 for an empty slot. */
    private final long[] slots;

    private final int stride;
    private final long[] table;
    /** By place in the table, in ms, what users see beyond what probes measured; null as long as there is nothing to correct. */
    private volatile byte @Nullable [] corrections;

    private int rows;

    LatencyRows(int rowsMax, int columns) {
        this.rowsMax = rowsMax;
        this.columns = columns;
        int capacity = Integer.highestOneBit(Math.max(8, rowsMax)) << 2;
        mask = capacity - 1;
        slots = new long[capacity];
        stride = CELLS_AT + columns;
        table = new long[Math.multiplyExact(rowsMax, stride)];
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    int find(long h, long l) {
        return find(h, l, Hash.of(h, l));
    }

    private int find(long h, long l, long hash) {
        int slot = (int) hash & mask;
        while (true) {
            long there = (long) ATOMIC.getAcquire(slots, slot);
            if (there == 0) {
                return Latencies.ABSENT;
            }
            int row = (int) there - 1;
            if (there >>> TAG_SHIFT == hash >>> TAG_SHIFT
                    && table[row * stride] == h
                    && table[row * stride + LOW] == l) {
                return row;
            }
            slot = slot + 1 & mask;
        }
    }

    /**
     * Reads the slot that the search for a prefix with this hash begins with.
     *
     * @return what was read, which means nothing
     */
    long touchSlot(long hash) {
        return slots[(int) hash & mask];
    }

    /** The cell at a place in the table ({@link #at}); see {@link LatencyCell}. */
    long cell(int place) {
        return (long) ATOMIC.getOpaque(table, place);
    }

    /** For {@link #corrected}; null if there is nothing to correct. */
    byte @Nullable [] corrections() {
        return corrections;
    }

    /**
     * Reads both ends of the row that a prefix most likely has.
     *
     * @return what was read, which means nothing
     */
    long touch(long hash) {
        int slot = (int) hash & mask;
        long there = slots[slot];
        while (there != 0 && there >>> TAG_SHIFT != hash >>> TAG_SHIFT) {
            slot = slot + 1 & mask;
            there = slots[slot];
        }
        if (there == 0) {
            return 0;
        }
        int first = ((int) there - 1) * stride;
        return table[first] + table[first + stride - 1];
    }

    /** The row of a prefix, made if need be; {@link Latencies#ABSENT} if the table is full. */
    private int findOrAdd(long h, long l) {
        long hash = Hash.of(h, l);
        int known = find(h, l, hash);
        if (known != Latencies.ABSENT || rows == rowsMax) {
            return known;
        }
        int slot = (int) hash & mask;
        while (slots[slot] != 0) {
            slot = slot + 1 & mask;
        }
        int row = rows++;
        table[row * stride] = h;
        table[row * stride + LOW] = l;
        ATOMIC.setRelease(slots, slot, hash >>> TAG_SHIFT << TAG_SHIFT | row + 1);
        return row;
    }

    private long high(int row) {
        return table[row * stride];
    }

    private long low(int row) {
        return table[row * stride + LOW];
    }

    /** Where a cell stands in the table. */
    int at(int row, int column) {
        return row * stride + CELLS_AT + column;
    }

    /**
     * Adds a measurement; what was known before counts for as much as its age has left of it.
     *
     * @param rttMs NaN if no attempt was answered
     * @param sinceMs what was measured before has expired and counts no more
     * @return false if the table is full
     */
    boolean add(
            long h,
            long l,
            int column,
            double rttMs,
            double lossPercent,
            long measuredAtMs,
            long halfLifeMs,
            long sinceMs) {
        int row = findOrAdd(h, l);
        if (row == Latencies.ABSENT) {
            return false;
        }
        int index = at(row, column);
        long before = table[index];
        if (before != 0 && LatencyCell.time(before) >= measuredAtMs) {
            return true;
        }
        double rtt = rttMs;
        double loss = Math.clamp(lossPercent, 0, 100);
        if (before != 0
                && LatencyCell.time(before) >= sinceMs
                && LatencyCell.rtt(before) != LatencyCell.UNANSWERED
                && !Double.isNaN(rttMs)) {
            double weight = Math.pow(0.5, (double) (measuredAtMs - LatencyCell.time(before)) / halfLifeMs);
            rtt = (LatencyCell.rtt(before) / 10.0 * weight + rttMs) / (weight + 1);
            loss = (LatencyCell.loss(before) * weight + loss) / (weight + 1);
        }
        ATOMIC.setOpaque(table, index, LatencyCell.of(rtt, loss, measuredAtMs));
        return true;
    }

    /** Corrections of which nothing is known yet, to be filled in by {@link #correct} and taken up by {@link #take}. */
    byte[] noCorrections() {
        return new byte[table.length];
    }

    /**
     * Finds out by what the figures of some prefixes are to be corrected for what their users see: see
     * {@link PassiveRoundTrips}.
     *
     * @param users round-trip times of users, with the same columns
     * @param from the first row of users to look at
     * @param to the row after the last
     * @param into by cell of this table, in ms; is filled in
     * @return whether there was anything to correct
     */
    boolean correct(
            LatencyRows users, int from, int to, byte[] into, long nowMs, long expiryMs, long halfLifeMs, int mostMs) {
        boolean any = false;
        double[] excess = new double[columns];
        for (int row = from; row < to; row++) {
            int known = find(users.high(row), users.low(row));
            if (known == Latencies.ABSENT) {
                continue;
            }
            double least = Double.POSITIVE_INFINITY;
            for (int column = 0; column < columns; column++) {
                long seen = users.table[users.at(row, column)];
                long measured = table[at(known, column)];
                excess[column] =
                        LatencyCell.holds(seen, nowMs, expiryMs) && LatencyCell.holds(measured, nowMs, expiryMs)
                                ? (LatencyCell.rtt(seen) - LatencyCell.rtt(measured)) / 10.0
                                : Double.NaN;
                least = excess[column] < least ? excess[column] : least;
            }
            for (int column = 0; column < columns; column++) {
                double beyond = excess[column] - least;
                if (beyond > 0) {
                    long age = Math.max(0, nowMs - LatencyCell.time(users.table[users.at(row, column)]));
                    double left = beyond * Math.pow(0.5, (double) age / halfLifeMs);
                    into[at(known, column)] = (byte) Math.min(mostMs, Math.round(left));
                    any |= into[at(known, column)] != 0;
                }
            }
        }
        return any;
    }

    /** Corrects all figures from now on. */
    void take(byte @Nullable [] by) {
        corrections = by;
    }

    /** How many of the rows hold nothing that was measured since. */
    int expired(long sinceMs) {
        int count = 0;
        for (int row = 0; row < rows; row++) {
            boolean fresh = false;
            for (int column = 0; column < columns && !fresh; column++) {
                fresh = LatencyCell.time(table[at(row, column)]) >= sinceMs;
            }
            count += fresh ? 0 : 1;
        }
        return count;
    }

    /** Whether {@link #compact} would make room that is worth its while: it copies all that is known. */
    boolean isWorthCompacting(long sinceMs) {
        int gone = expired(sinceMs);
        return gone > 0 && (gone >= rows / WORTH || rows > rowsMax - rowsMax / WORTH);
    }

    /** What is added to a figure by its place in the table, in ms. */
    static int corrected(byte @Nullable [] corrections, int index) {
        return corrections == null ? 0 : corrections[index] & 0xff;
    }

    /** Writes a row to a checkpoint, as far as its columns have names there. */
    void save(int row, int named, CheckpointWriter out, long nowMs) {
        out.row(high(row), low(row));
        for (int column = 0; column < named; column++) {
            long cell = table[at(row, column)];
            if (cell != 0) {
                long age = Math.clamp(nowMs - LatencyCell.time(cell), 0, Integer.MAX_VALUE);
                out.cell(column, (short) LatencyCell.rtt(cell), (byte) LatencyCell.loss(cell), (int) age);
            }
        }
        out.rowEnd();
    }

    /**
     * Takes what another name server knows of a cell, unless what is known here is as new.
     *
     * @return whether it was taken
     */
    boolean learn(long h, long l, int column, double rttMs, double lossPercent, long measuredAtMs) {
        int known = find(h, l);
        if (known != Latencies.ABSENT) {
            long before = table[at(known, column)];
            if (before != 0 && LatencyCell.time(before) + SAME_MEASUREMENT_MS >= measuredAtMs) {
                return false;
            }
        }
        int row = findOrAdd(h, l);
        if (row == Latencies.ABSENT) {
            return false;
        }
        ATOMIC.setOpaque(table, at(row, column), LatencyCell.of(rttMs, Math.clamp(lossPercent, 0, 100), measuredAtMs));
        return true;
    }

    /**
     * Hands over rows from one on, as many as fit into so many bytes of a datagram.
     *
     * @return the row that did not fit; -1 if there is none
     */
    long read(long from, int bytes, String[] popOfColumn, long nowMs, long expiryMs, List<PrefixLatency> out) {
        int left = bytes;
        Set<String> named = new HashSet<>();
        for (long at = Math.max(0, from); at < rows; at++) {
            int row = (int) at;
            List<PopLatency> pops = new ArrayList<>();
            int size = ROW_BYTES;
            for (int column = 0; column < popOfColumn.length; column++) {
                long cell = table[at(row, column)];
                long age = Math.max(0, nowMs - LatencyCell.time(cell));
                if (cell != 0 && age <= expiryMs) {
                    int rtt = LatencyCell.rtt(cell) == LatencyCell.UNANSWERED ? -1 : LatencyCell.rtt(cell);
                    String pop = popOfColumn[column];
                    pops.add(new PopLatency(pop, rtt, (int) LatencyCell.loss(cell), age));
                    size += CELL_BYTES + (named.contains(pop) ? 0 : pop.length());
                }
            }
            if (pops.isEmpty()) {
                continue;
            }
            if (size > left && !out.isEmpty()) {
                return at;
            }
            left -= size;
            pops.forEach(pop -> named.add(pop.pop()));
            out.add(new PrefixLatency(Address.of(high(row), low(row)), pops));
        }
        return -1;
    }

    /** A copy without what was measured before {@code sinceMs}, with room for more columns if asked for. */
    LatencyRows compact(long sinceMs, int newRowsMax, int newColumns) {
        LatencyRows copy = new LatencyRows(newRowsMax, newColumns);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                long cell = table[at(row, column)];
                if (cell != 0 && LatencyCell.time(cell) >= sinceMs) {
                    int target = copy.findOrAdd(high(row), low(row));
                    if (target != Latencies.ABSENT) {
                        copy.table[copy.at(target, column)] = cell;
                    }
                }
            }
        }
        return copy;
    }

    /**
     * The table as one tree's POPs see it.
     *
     * @param fromHere see {@link Latencies#fromHere}
     */
    Latencies through(int[] columnOfPop, long expiryMs, float[] fromHere) {
        return new LatenciesOfTree(this, columnOfPop, expiryMs, fromHere);
    }
}
