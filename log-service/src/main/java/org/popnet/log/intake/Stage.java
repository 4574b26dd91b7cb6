package org.popnet.log.intake;

/** Places in the writer's work at which tests stop it. */
enum Stage {
    BEFORE_COMMIT,
    AFTER_COMMIT,
    AFTER_ACK
}
