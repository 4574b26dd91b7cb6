package org.popnet.platform.datagram;

import java.util.function.Consumer;
import org.popnet.platform.message.Message;
import org.popnet.platform.tree.NodeName;

/** A node's door for authenticated datagrams: sends messages to nodes by name, hands received ones to their readers. */
public interface DatagramPort extends AutoCloseable {
    /**
     * Seals the message and sends it to the node's address in the current tree. Never blocks.
     *
     * @return false if it was dropped: the node or its key is not in the tree, it does not fit a datagram, or the
     *     socket's buffer is full; each is counted
     */
    boolean send(NodeName receiver, Message message);

    /**
     * Registers the one reader of a kind; it runs on the receiving thread and must not block. Kinds without a reader,
     * and kinds that the sender's service may not send, are dropped and counted.
     */
    <M extends Message> void onReceive(Class<M> kind, Consumer<Received<M>> reader);

    /**
     * Registers one listener who hears which node has just proved a new epoch of its own by refusing what it was sent:
     * that is lost, and may be sent again. It runs on the receiving thread and must not block.
     */
    default void onRestart(Consumer<NodeName> listener) {}

    @Override
    void close();
}
