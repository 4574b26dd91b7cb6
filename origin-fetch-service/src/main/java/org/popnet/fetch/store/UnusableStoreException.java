package org.popnet.fetch.store;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A store directory that this process must not use; the message says why and what to do. */
public final class UnusableStoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnusableStoreException(Path directory, String problem, @Nullable Throwable cause) {
        super("store directory " + directory + " " + problem, cause);
    }
}
