package org.popnet.platform.tree;

import java.util.Optional;

/** What a probe does to find out whether a server delivers. */
public sealed interface Check {
    /**
     * A GET that must answer with this status and, if given, contain this text in its first 64 KiB.
     *
     * @param path absolute path, with query if any
     */
    record Http(String path, int status, Optional<String> text) implements Check {}

    /** A TCP connection that must be accepted. */
    record Tcp(int port) implements Check {}
}
