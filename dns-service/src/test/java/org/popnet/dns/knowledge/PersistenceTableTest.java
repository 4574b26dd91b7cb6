package org.popnet.dns.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PersistenceTableTest {
    @Test
    void persistenceIsBoundedAndTheSoonestToEndGivesWay() {
        PersistenceTable table = new PersistenceTable(1024, 1024);
        for (int i = 1; i <= 100_000; i++) {
            table.record(PersistenceTable.key(i, 1), i, 0, 1000 + i, false);
        }
        assertThat(table.size(0)).isBetween(900, 1024);
        assertThat(table.find(PersistenceTable.key(100_000, 1), 500, true)).isEqualTo(100_000);
        assertThat(table.find(PersistenceTable.key(100_000, 1), 200_000, true)).isZero();
    }

    @Test
    void choiceMadeWithoutKnowingTheClientIsVoidOnceItIsKnown() {
        PersistenceTable table = new PersistenceTable(1024, 1024);
        table.record(5, 77, 0, 1000, true);
        assertThat(table.find(5, 10, false)).isEqualTo(77);
        assertThat(table.find(5, 10, true)).isZero();
        table.record(5, 78, 0, 1000, false);
        assertThat(table.find(5, 10, true)).isEqualTo(78);
    }
}
