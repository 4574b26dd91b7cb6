package org.popnet.log.intake;

import org.popnet.log.events.NewEvents;
import org.popnet.log.queries.QuerySums;
import org.popnet.log.traffic.Aggregator;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.spool.EventRecord;
import org.popnet.platform.spool.LogRecord;
import org.popnet.platform.spool.QueryRecord;
import org.popnet.platform.tree.NodeName;

/** What one transaction adds, apart from the raw lines. */
record Addition(Aggregator traffic, QuerySums queries, NewEvents events) {
    Addition() {
        this(new Aggregator(), new QuerySums(), new NewEvents());
    }

    void add(String customer, NodeName sender, long accountedMs, LogRecord record) {
        switch (record) {
            case AccessRecord access -> traffic.add(customer, sender, accountedMs, access);
            case QueryRecord query -> queries.add(customer, sender, accountedMs, query);
            case EventRecord event -> events.add(customer, sender, accountedMs, event);
        }
    }
}
