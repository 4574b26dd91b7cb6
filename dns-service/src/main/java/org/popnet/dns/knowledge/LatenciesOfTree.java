package org.popnet.dns.knowledge;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.Latencies;

/**
 * The table of latencies as one tree's POPs see it.
 *
 * @param columnOfPop by POP index of the tree's topology, its column in the table
 * @param expiryMs what is older counts no more
 * @param fromHere see {@link Latencies#fromHere}
 */
@SuppressWarnings("ArrayRecordComponent") // never changed, never compared
record LatenciesOfTree(LatencyRows rows, int[] columnOfPop, long expiryMs, float[] fromHere) implements Latencies {
    @Override
    public int row(long high, long low) {
        return rows.find(high, low);
    }

    @Override
    public long touchSlot(long hash) {
        return rows.touchSlot(hash);
    }

    @Override
    public long touchRow(long hash) {
        return rows.touch(hash);
    }

    @Override
    public long read(int row, long nowMs, float[] rttMs, float[] lossPercent) {
        long oldest = -1;
        int first = rows.at(row, 0);
        byte @Nullable [] corrections = rows.corrections();
        Arrays.fill(lossPercent, 0);
        for (int pop = 0; pop < columnOfPop.length; pop++) {
            long cell = rows.cell(first + columnOfPop[pop]);
            if (!LatencyCell.holds(cell, nowMs, expiryMs)) {
                rttMs[pop] = Float.NaN;
            } else {
                rttMs[pop] = LatencyCell.rtt(cell) / 10f + LatencyRows.corrected(corrections, first + columnOfPop[pop]);
                lossPercent[pop] = LatencyCell.loss(cell);
                oldest = Math.max(oldest, Math.max(0, nowMs - LatencyCell.time(cell)));
            }
        }
        return oldest;
    }

    @Override
    public float correctionMs(int row, int pop) {
        return LatencyRows.corrected(rows.corrections(), rows.at(row, columnOfPop[pop]));
    }

    @Override
    public void ages(int row, long nowMs, long[] ageMs) {
        for (int pop = 0; pop < columnOfPop.length; pop++) {
            long cell = rows.cell(rows.at(row, columnOfPop[pop]));
            ageMs[pop] = LatencyCell.holds(cell, nowMs, expiryMs) ? Math.max(0, nowMs - LatencyCell.time(cell)) : -1;
        }
    }
}
