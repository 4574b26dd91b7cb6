package org.popnet.local.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.popnet.local.TestTree;

class OwnAddressesTest {
    @Test
    void firstNodeKeepsASharedAddressAndTheOthersGetTheNextFreeOnes() {
        String tree = TestTree.TEXT.replace("address: 127.0.1.1}", "address: 127.0.0.2}");
        assertThat(OwnAddresses.give(tree))
                .isEqualTo(tree.replace("{service: log, address: 127.0.0.1,", "{service: log, address: 127.0.0.3,"));
    }

    @Test
    void treeWithoutSharedAddressesStaysAsItIs() {
        String own = OwnAddresses.give(TestTree.TEXT);
        assertThat(OwnAddresses.give(own)).isEqualTo(own);
    }

    @Test
    void fullPrefixIsRefused() {
        String tree = TestTree.TEXT.replace("127.0.0.1", "127.0.0.254");
        assertThatThrownBy(() -> OwnAddresses.give(tree)).hasMessageContaining("127.0.0.254");
    }
}
