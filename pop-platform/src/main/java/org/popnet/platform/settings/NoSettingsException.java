package org.popnet.platform.settings;

/** A node that has neither a config server nor settings of its own; the message says what to do. */
public final class NoSettingsException extends StartRefusedException {
    private static final long serialVersionUID = 1L;

    NoSettingsException(String message) {
        super(message, null);
    }
}
