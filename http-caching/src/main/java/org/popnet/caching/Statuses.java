package org.popnet.caching;

/** What caches need to know of status codes (RFC 9110 §15). */
final class Statuses {
    private Statuses() {}

    /** Statuses whose caching behaviour is implemented here, for {@code must-understand}. */
    static boolean understood(int status) {
        return switch (status) {
            case 200,
                    203,
                    204,
                    300,
                    301,
                    302,
                    303,
                    307,
                    308,
                    400,
                    401,
                    403,
                    404,
                    405,
                    410,
                    414,
                    451,
                    500,
                    501,
                    502,
                    503,
                    504 -> true;
            default -> false;
        };
    }

    /** §15.1: cacheable without explicit freshness. */
    static boolean heuristicallyCacheable(int status) {
        return switch (status) {
            case 200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501 -> true;
            default -> false;
        };
    }
}
