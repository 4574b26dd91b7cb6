package org.popnet.platform.tree;

import java.util.List;
import java.util.stream.Collectors;

/** A tree with mistakes; it lists every one that could be found, in the order of lines. */
public final class InvalidTreeException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient List<TreeProblem> problems;

    public InvalidTreeException(List<TreeProblem> problems) {
        super(problems.stream().map(TreeProblem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    public List<TreeProblem> problems() {
        return problems;
    }
}
