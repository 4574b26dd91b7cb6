package org.popnet.netview.backend;

import org.popnet.platform.tree.Node;

/** The control ports of other nodes: JSON over HTTP, blocking. */
public interface Backends {
    /** @throws BackendException if there is no answer, or not one of this type */
    <T> T get(Node node, String pathAndQuery, Class<T> type);

    /** @throws BackendException if there is no answer, or not one of this type */
    <T> T post(Node node, String path, Object body, Class<T> type);
}
