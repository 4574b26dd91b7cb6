package org.popnet.local.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.popnet.local.TestTree;
import org.popnet.platform.tree.NodeKey;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.TreeParser;

class TreeKeysTest {
    private static final NodeKey KEY = new NodeKey(new byte[32]);
    private static final NodeKey OTHER = key(1);

    @Test
    void flowMappingGetsItsKeyAtTheEnd() {
        String written = TreeKeys.write(TestTree.TEXT, Map.of("dns.westusa", KEY));
        assertThat(written).contains("dns.westusa: {service: dns, address: 127.0.1.1, key: " + KEY + "}   # the first");
    }

    @Test
    void blockMappingGetsItsKeyFirstAtTheSameIndent() {
        String written = TreeKeys.write(TestTree.TEXT, Map.of("edge1.westusa", KEY));
        assertThat(written)
                .contains("edge1.westusa:\n        key: " + KEY + "\n        service: edge-cache   # block style");
    }

    @Test
    void everythingElseStaysAsItWas() {
        String written = TreeKeys.write(
                TestTree.TEXT, Map.of("dns.westusa", KEY, "edge1.westusa", KEY, "admin.hq", KEY, "gone.westusa", KEY));
        assertThat(written.replace(", key: " + KEY, "").replace("key: " + KEY + "\n        ", ""))
                .isEqualTo(TestTree.TEXT);
    }

    @Test
    void presentKeyIsReplacedInItsPlace() {
        String once = TreeKeys.write(TestTree.TEXT, Map.of("dns.westusa", KEY, "edge1.westusa", KEY));
        String twice = TreeKeys.write(once, Map.of("dns.westusa", OTHER, "edge1.westusa", OTHER));
        assertThat(twice).isEqualTo(once.replace(KEY.toString(), OTHER.toString()));
    }

    @Test
    void theParserReadsTheKeys() {
        String written = TreeKeys.write(TestTree.TEXT, Map.of("dns.westusa", KEY, "edge1.westusa", OTHER));
        var tree = TreeParser.parse("network.yml", written);
        assertThat(tree.node(NodeName.of("dns.westusa")).orElseThrow().keys()).containsExactly(KEY);
        assertThat(tree.node(NodeName.of("edge1.westusa")).orElseThrow().keys()).containsExactly(OTHER);
    }

    private static NodeKey key(int first) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) first;
        return new NodeKey(bytes);
    }
}
