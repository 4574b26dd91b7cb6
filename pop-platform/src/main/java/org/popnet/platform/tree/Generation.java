package org.popnet.platform.tree;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A version of the tree.
 *
 * @param number grows by one with each changed tree, from 1
 * @param commit the git commit it stands in, 40 hex digits
 * @param sha256 of the tree's bytes, 64 hex digits
 */
public record Generation(long number, String commit, String sha256) implements Comparable<Generation> {
    public Generation {
        if (number < 1) {
            throw new IllegalArgumentException("generation " + number + ": must be 1 or more");
        }
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("sha256 '" + sha256 + "': must be 64 hex digits");
        }
        if (!commit.matches("[0-9a-f]{40}")) {
            throw new IllegalArgumentException("commit '" + commit + "': must be 40 hex digits");
        }
    }

    public static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public int compareTo(Generation other) {
        return Long.compare(number, other.number);
    }
}
