package org.popnet.netview.backend;

/**
 * Something that does not work, for the people it concerns.
 *
 * @param what happened
 * @param means what that means for the user's traffic
 * @param todo what to do
 */
public record Problem(String what, String means, String todo) {}
