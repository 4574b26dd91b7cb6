package org.popnet.platform.datagram;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.identity.NodeKeyPair;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeKey;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Service;

/**
 * Whom this node may talk to according to one tree, and under which keys.
 *
 * @param ownService what this node is; null if the tree does not know it, and then it talks to nobody
 * @param ownKeys this node's keys that the tree names and whose private half it holds, in the tree's order: the first
 *     one seals, any opens
 */
record Contacts(
        long generation,
        @Nullable Service ownService,
        List<OwnKey> ownKeys,
        Map<NodeName, Contact> byName,
        Map<Long, Contact> byId) {

    /** A key pair of this node. */
    record OwnKey(int id, NodeKeyPair pair) {}

    /** A public key of another node. */
    record OtherKey(int id, NodeKey key) {}

    /**
     * Another node.
     *
     * @param keys in the tree's order: it is addressed under the first one, and believed under any
     */
    record Contact(Peer peer, Service service, InetSocketAddress address, List<OtherKey> keys) {
        @Nullable OtherKey key(int id) {
            for (OtherKey key : keys) {
                if (key.id == id) {
                    return key;
                }
            }
            return null;
        }
    }

    static final Contacts NONE = new Contacts(0, null, List.of(), Map.of(), Map.of());

    /** @param peers gives what is remembered of a node across trees, made at first */
    static Contacts of(ActiveTree tree, NodeName self, List<NodeKeyPair> held, Function<NodeName, Peer> peers) {
        Optional<Node> own = tree.tree().node(self);
        List<OwnKey> ownKeys = own.map(Node::keys).orElse(List.of()).stream()
                .flatMap(key -> held.stream().filter(pair -> pair.publicKey().equals(key)))
                .map(pair -> new OwnKey(Envelope.idOf(pair.publicKey()), pair))
                .toList();
        Map<NodeName, Contact> byName = new HashMap<>();
        Map<Long, Contact> byId = new HashMap<>();
        for (Node node : tree.tree().nodes().values()) {
            if (node.name().equals(self)) {
                continue;
            }
            Contact contact = new Contact(
                    peers.apply(node.name()),
                    node.service(),
                    node.datagramAddress(),
                    node.keys().stream()
                            .map(key -> new OtherKey(Envelope.idOf(key), key))
                            .toList());
            byName.put(node.name(), contact);
            byId.put(Envelope.idOf(node.name()), contact);
        }
        return new Contacts(
                tree.generation().number(),
                own.map(Node::service).orElse(null),
                ownKeys,
                Map.copyOf(byName),
                Map.copyOf(byId));
    }

    @Nullable OwnKey ownKey(int id) {
        for (OwnKey key : ownKeys) {
            if (key.id == id) {
                return key;
            }
        }
        return null;
    }
}
