package org.popnet.fetch.store;

/**
 * What a stored response answers, {@code Vary} apart.
 *
 * @param site the domain, in lower case
 * @param target path and query as they stood in the request
 */
public record ObjectKey(String site, String target) {}
