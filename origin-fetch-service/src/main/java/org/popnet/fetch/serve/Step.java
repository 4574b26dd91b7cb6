package org.popnet.fetch.serve;

import org.popnet.caching.Vary;

/** What one look at store and running fetches comes to. */
sealed interface Step {
    record Done(Answer answer) implements Step {}

    /** Something has changed meanwhile: look again, knowing what selects. */
    record Again(Vary vary) implements Step {}
}
