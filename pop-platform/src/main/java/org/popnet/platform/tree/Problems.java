package org.popnet.platform.tree;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong with a tree while it is read; at most {@value #MAX} problems, so that a flood stays readable. */
final class Problems {
    static final int MAX = 500;

    private final String file;
    private final List<TreeProblem> found = new ArrayList<>();
    private int unlisted;

    Problems(String file) {
        this.file = file;
    }

    void add(int line, String path, String message) {
        if (found.size() < MAX) {
            found.add(new TreeProblem(file, line, path, message));
        } else {
            unlisted++;
        }
    }

    /** @throws InvalidTreeException with every problem found, in the order of lines, if there is any */
    void throwIfAny() {
        if (found.isEmpty()) {
            return;
        }
        List<TreeProblem> sorted = new ArrayList<>(found);
        sorted.sort(Comparator.comparingInt(TreeProblem::line));
        if (unlisted > 0) {
            sorted.add(new TreeProblem(
                    file, sorted.getLast().line(), "", unlisted + " more problems: correct these first"));
        }
        throw new InvalidTreeException(sorted);
    }
}
