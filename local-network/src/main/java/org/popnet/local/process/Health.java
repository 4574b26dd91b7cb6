package org.popnet.local.process;

import java.util.OptionalLong;

/**
 * How a process is.
 *
 * @param state {@code UP}; what the process says otherwise; {@code DOWN} if it does not run, {@code SILENT} if it runs
 *     and does not answer
 * @param generation number of the tree it has activated, if it has one
 */
public record Health(String state, OptionalLong generation) {
    public static final Health UP = new Health("UP", OptionalLong.empty());
    public static final Health DOWN = new Health("DOWN", OptionalLong.empty());
    public static final Health SILENT = new Health("SILENT", OptionalLong.empty());

    public boolean isUp() {
        return state.equals("UP");
    }
}
