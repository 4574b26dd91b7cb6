package org.popnet.local.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class InstanceTest {
    @Test
    void addressesAndPrefixesMoveToTheInstance() {
        assertThat(new Instance(7).translate("[127.0.1.2, 127.0.21.0/24] 127.0.0.1:8095"))
                .isEqualTo("[127.107.1.2, 127.107.21.0/24] 127.107.0.1:8095");
    }

    @Test
    void whatOnlyLooksLikeOneOfOurAddressesStays() {
        String text = "10.127.0.1.2 127.0.1.2.3 127.1.1.1 1127.0.1.1 127.0.1.1234 version 127.0.1";
        assertThat(new Instance(7).translate(text)).isEqualTo(text);
    }

    @Test
    void theRealNetworkStaysWhereItIs() {
        assertThat(Instance.REAL.translate("127.0.1.2")).isEqualTo("127.0.1.2");
        assertThat(Instance.REAL.prefix()).isEqualTo("127.0.0.0/16");
    }

    @Test
    void networkInContainersHasAddressesOfItsOwn() {
        Instance containers = new Instance("172.30");
        assertThat(containers.translate("[127.0.1.2, 127.0.21.0/24]")).isEqualTo("[172.30.1.2, 172.30.21.0/24]");
        assertThat(containers.isReal()).isFalse();
        assertThatThrownBy(() -> new Instance("172.30.0.0/16")).hasMessageContaining("must be two octets");
    }

    @Test
    void numbersOutsideTheRangeAreRefused() {
        assertThatThrownBy(() -> new Instance(100))
                .hasMessageContaining("must be 0")
                .hasMessageContaining("99");
        assertThatThrownBy(() -> new Instance(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
