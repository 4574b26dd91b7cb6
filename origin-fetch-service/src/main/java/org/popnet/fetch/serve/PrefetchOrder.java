package org.popnet.fetch.serve;

import java.util.List;

/**
 * A list of what to fetch ahead.
 *
 * @param site the hosted domain
 * @param targets paths with their queries, each beginning with a slash
 * @param requestsPerSecond how many to begin in a second, greater than 0
 * @param bytesPerSecond of bodies, on average, greater than 0
 * @param bytesMax of all bodies together, greater than 0; the list ends with the one that reaches it
 */
record PrefetchOrder(String site, List<String> targets, double requestsPerSecond, long bytesPerSecond, long bytesMax) {}
