package org.popnet.local.cli;

import java.io.PrintWriter;

/** Lines about what is going on: one that changes where people watch, all of them where a file is written. */
final class Progress {
    private final PrintWriter out;
    private final boolean watched = System.console() != null && System.console().isTerminal();

    Progress(PrintWriter out) {
        this.out = out;
    }

    void line(String line) {
        if (watched) {
            out.print("\r\u001b[K" + line);
        } else {
            out.println(line);
        }
        out.flush();
    }

    void end() {
        if (watched) {
            out.print("\r\u001b[K");
            out.flush();
        }
    }
}
