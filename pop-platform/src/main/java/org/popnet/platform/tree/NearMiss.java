package org.popnet.platform.tree;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that was probably meant, by edit distance (Damerau-Levenshtein, adjacent transpositions). */
final class NearMiss {
    private static final int NAME_MAX = 64;
    private static final int NAMES_MAX = 1000;

    private NearMiss() {}

    /** {@code ": did you mean 'x'?"}, or nothing if no name is near. */
    static String hint(String came, Collection<String> allowed) {
        return find(came, allowed).map(name -> "; did you mean '" + name + "'?").orElse("");
    }

    private static Optional<String> find(String came, Collection<String> allowed) {
        if (came.length() > NAME_MAX) {
            return Optional.empty();
        }
        int near = Math.max(1, came.length() / 3);
        record Candidate(String name, int distance) {}
        return allowed.stream()
                .limit(NAMES_MAX)
                .filter(name -> Math.abs(name.length() - came.length()) <= near)
                .map(name -> new Candidate(name, distance(came, name)))
                .filter(candidate -> candidate.distance() <= near)
                .min(Comparator.comparingInt(Candidate::distance))
                .map(Candidate::name);
    }

    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + change);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
