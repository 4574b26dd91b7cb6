package org.popnet.dns.server;

/**
 * What one step of the pipeline made of a query, as an int so that nothing is allocated: the RCODE, and whether the
 * answer is authoritative (AA). The records are in the exchange's answer by then.
 */
final class Reply {
    private static final int AA = 1 << 16;

    private Reply() {}

    /** Of names in a zone of ours; without this, as in referrals and errors, the RCODE stands for itself. */
    static int authoritative(int rcode) {
        return rcode | AA;
    }

    static boolean isAuthoritative(int reply) {
        return (reply & AA) != 0;
    }

    static int rcode(int reply) {
        return reply & ~AA;
    }
}
