package org.popnet.dns.server;

/** Answers queries that come over UDP, on one or more threads of its own, until it is closed. */
sealed interface UdpListener permits BatchUdpListener, ChannelUdpListener {
    /** Begins to answer; the socket is bound already. */
    void start();

    /** The receive buffer that the system gave, in bytes. */
    int receiveBufferBytes();

    /** Has it take no more queries than have come; returns at once. */
    void end();

    /** Answers what has come, then closes the socket. */
    void close();
}
