/**
 * The log servers: receive what edges and others logged, count every record once, keep it raw on disk and summed up in
 * PostgreSQL, and answer questions about it. The way of a batch: {@code DatagramReceiver → BatchWriter (SequenceLedger →
 * RawLog + Aggregator → AggregateStore) → acknowledgement}; reads go through {@code TrafficController}.
 */
@NullMarked
package org.popnet.log;

import org.jspecify.annotations.NullMarked;
