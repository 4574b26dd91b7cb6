package org.popnet.platform.spool;

/** Where a service hands over records for the log servers. */
public interface LogSink {
    /**
     * Appends a record to the spool; when it returns, the record survives {@code kill -9}. Takes microseconds and never
     * waits for the network. If the spool is full the record is dropped and counted.
     *
     * @param customer who is accounted, or {@link org.popnet.platform.tree.Customer#NETWORK}
     */
    void append(String customer, LogRecord record);
}
