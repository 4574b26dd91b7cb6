package org.popnet.edge.upstream;

/** Why there is no (whole) response. */
public enum UpstreamFailure {
    /** there is nobody to ask */
    NOWHERE(502),
    REFUSED_ADDRESS(502),
    CONNECT(502),
    /** every connection is in use and the queue is full or too slow */
    SATURATED(503),
    TIMEOUT(504),
    /** the connection ended before the response did */
    BROKEN(502),
    PROTOCOL(502),
    /** nobody waits for it any more */
    ABANDONED(502);

    private final int status;

    UpstreamFailure(int status) {
        this.status = status;
    }

    /** What to answer if nothing has been yet. */
    public int status() {
        return status;
    }

    public String token() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
