package org.popnet.platform.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.popnet.platform.tree.NodeName;

class TargetIdTest {
    @Test
    void secondAddressIsATargetOfItsOwnOnTheSameMachine() {
        TargetId edge = TargetId.of(NodeName.of("edge1.westusa"));
        TargetId server = new TargetId("server:customer1/west/www.customer1.example");

        assertThat(edge.overIpv6().text()).isEqualTo("node:edge1.westusa+ipv6");
        assertThat(server.overIpv6().text()).isEqualTo("server:customer1/west/www.customer1.example+ipv6");
        for (TargetId target : new TargetId[] {edge, server}) {
            TargetId second = target.overIpv6();
            assertThat(target.isOverIpv6()).isFalse();
            assertThat(target.first()).isEqualTo(target);
            assertThat(second.isOverIpv6()).isTrue();
            assertThat(second.overIpv6()).isEqualTo(second);
            assertThat(second.first()).isEqualTo(target);
            assertThat(second.isNode()).isEqualTo(target.isNode());
            assertThat(second.machine()).isEqualTo(target.machine());
            assertThat(second.domain()).isEqualTo(target.domain());
        }
        assertThat(edge.machine()).isEqualTo("edge1.westusa");
        assertThat(edge.domain()).isEmpty();
        assertThat(server.machine()).isEqualTo("customer1/west");
        assertThat(server.domain()).isEqualTo("www.customer1.example");
    }
}
