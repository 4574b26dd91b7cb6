package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;
import org.popnet.dns.wire.WireName;
import org.popnet.dns.zone.ZoneSnapshot;
import org.popnet.platform.tree.ActiveTree;

class FirstZoneTest {
    private static final WireName DOMAIN = WireName.of("www.customer1.example");

    @Test
    void givesTheZonesOfTheTreeItBeganWith() {
        ActiveTree tree = TestTrees.active();
        ZoneSnapshot zone = FirstZone.begin(tree, TestTrees.SELF).of(tree);

        assertThat(zone.tree()).isSameAs(tree);
        assertThat(zone.find(DOMAIN)).isNotNull();
    }

    @Test
    void compilesAnotherTreeAnewAndTheFirstOneOnlyOnce() {
        ActiveTree tree = TestTrees.active();
        ActiveTree next = TestTrees.active(2, TestTrees.NETWORK);
        FirstZone first = FirstZone.begin(tree, TestTrees.SELF);
        ZoneSnapshot zone = first.of(tree);

        assertThat(first.of(next).tree()).isSameAs(next);
        assertThat(first.of(tree)).isNotSameAs(zone);
        assertThat(FirstZone.begin(tree, TestTrees.SELF).of(next).tree()).isSameAs(next);
    }

    @Test
    void refusesWhatDnsCannotSayAsTheCompilerDoes() {
        String zone = String.join(".", Collections.nCopies(4, "z".repeat(60)));
        ActiveTree tree = TestTrees.active(1, TestTrees.NETWORK.replace("zone: pop.example", "zone: " + zone));
        FirstZone first = FirstZone.begin(tree, TestTrees.SELF);

        assertThatThrownBy(() -> first.of(tree))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(zone);
    }
}
