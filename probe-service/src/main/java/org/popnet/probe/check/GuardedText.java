package org.popnet.probe.check;

import java.util.regex.Pattern;

/**
 * A text for regular expressions that try it in exponentially many ways: it lets itself be read only so often, so that a
 * match ends in milliseconds whatever the expression and the text are.
 */
final class GuardedText implements CharSequence {
    /** Of a text of 64 KiB, 60 times through; some 20 ms. */
    private static final int READS_MAX = 4_000_000;

    private final String text;
    private final int[] reads;

    private GuardedText(String text, int[] reads) {
        this.text = text;
        this.reads = reads;
    }

    /** The expression is not fit for this text. */
    static final class TooManyReadsException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManyReadsException() {
            super(null, null, false, false);
        }
    }

    /**
     * Whether an expression is found in a text.
     *
     * @throws TooManyReadsException if that takes too long to find out
     */
    static boolean find(String regex, String text) {
        try {
            return Pattern.compile(regex)
                    .matcher(new GuardedText(text, new int[1]))
                    .find();
        } catch (StackOverflowError e) {
            throw new TooManyReadsException();
        }
    }

    @Override
    public char charAt(int index) {
        if (++reads[0] > READS_MAX) {
            throw new TooManyReadsException();
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return new GuardedText(text.substring(start, end), reads);
    }

    @Override
    public String toString() {
        return text;
    }
}
