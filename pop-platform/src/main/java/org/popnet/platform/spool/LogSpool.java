package org.popnet.platform.spool;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The spools of a node: one for each customer that was ever logged and is not yet wholly acknowledged. */
final class LogSpool implements LogSink, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LogSpool.class);
    /** A customer's name becomes a folder's name. */
    private static final Pattern CUSTOMER = Pattern.compile("[a-z0-9_][a-z0-9_-]{0,62}");

    private final Path directory;
    private final SpoolSettings settings;
    private final LongSupplier random;
    private final Map<String, CustomerSpool> spools = new ConcurrentHashMap<>();
    private final TotalBytes total;
    private final SpoolAlarm alarm = new SpoolAlarm();
    private final Counter appended;
    private final Counter full;
    private final Counter disk;
    private final Counter unknown;
    private volatile boolean closed;

    /**
     * Opens what an earlier process left.
     *
     * @param random gives the identities of new spools
     * @throws IOException if a spool that is there cannot be read: nothing is deleted then
     */
    LogSpool(Path directory, SpoolSettings settings, LongSupplier random, MeterRegistry meters) throws IOException {
        this.directory = directory;
        this.settings = settings;
        this.random = random;
        this.total = new TotalBytes(settings.totalMax().toBytes());
        appended = meters.counter("popnet.spool.records");
        full = dropped(meters, "full");
        disk = dropped(meters, "disk");
        unknown = dropped(meters, "customer");
        Gauge.builder("popnet.spool.bytes", total.used, AtomicLong::get)
                .baseUnit("bytes")
                .description("disk space of segments, filled or not")
                .register(meters);
        Gauge.builder("popnet.spool.fill", this, LogSpool::fill)
                .description("used share of the bound that is nearest; records are lost at 1")
                .register(meters);
        Files.createDirectories(directory);
        try (var customers = Files.newDirectoryStream(directory, Files::isDirectory)) {
            for (Path customer : customers) {
                open(customer.getFileName().toString());
            }
        }
    }

    private static Counter dropped(MeterRegistry meters, String reason) {
        return Counter.builder("popnet.spool.dropped")
                .description("records that were not kept")
                .tag("reason", reason)
                .register(meters);
    }

    @Override
    public void append(String customer, LogRecord record) {
        CustomerSpool spool = spools.get(customer);
        if (spool == null) {
            spool = openOrNull(customer);
            if (spool == null) {
                return;
            }
        }
        switch (spool.append(record)) {
            case APPENDED -> appended.increment();
            case FULL -> full.increment();
            case DISK -> disk.increment();
        }
    }

    private @Nullable CustomerSpool openOrNull(String customer) {
        if (closed || !CUSTOMER.matcher(customer).matches()) {
            unknown.increment();
            return null;
        }
        try {
            return open(customer);
        } catch (IOException e) {
            disk.increment();
            log.atWarn().setCause(e).log("no spool for {}: its records are lost until the disk takes them", customer);
            return null;
        }
    }

    private CustomerSpool open(String customer) throws IOException {
        synchronized (spools) {
            CustomerSpool spool = spools.get(customer);
            if (spool == null) {
                spool = CustomerSpool.open(customer, directory.resolve(customer), settings, random, total);
                spools.put(customer, spool);
            }
            return spool;
        }
    }

    /** The used share of the bound that is nearest. */
    private double fill() {
        double fill = (double) total.used.get() / total.max;
        for (CustomerSpool spool : spools.values()) {
            fill = Math.max(fill, fill(spool));
        }
        return fill;
    }

    private double fill(CustomerSpool spool) {
        return (double) spool.segmentBytes() / settings.customerMax().toBytes();
    }

    /** Raises the alarm if it is time; for the shipper's thread. */
    void watch(long nowNanos) {
        String fullest = spools.values().stream()
                .max(Comparator.comparingLong(CustomerSpool::segmentBytes))
                .map(CustomerSpool::customer)
                .orElse("nobody");
        alarm.check(fullest, fill(), (long) (full.count() + disk.count()), nowNanos);
    }

    Collection<CustomerSpool> spools() {
        return spools.values();
    }

    @Nullable CustomerSpool spool(String customer) {
        return spools.get(customer);
    }

    /** The shipper must have stopped. */
    @Override
    public void close() {
        closed = true;
        spools.values().forEach(CustomerSpool::close);
    }

    private record TotalBytes(AtomicLong used, long max) implements CustomerSpool.Budget {
        TotalBytes(long max) {
            this(new AtomicLong(), max);
        }

        @Override
        public boolean reserve(long bytes) {
            return used.getAndUpdate(u -> u + bytes > max ? u : u + bytes) + bytes <= max;
        }

        @Override
        public void take(long bytes) {
            used.addAndGet(bytes);
        }

        @Override
        public void release(long bytes) {
            used.addAndGet(-bytes);
        }
    }
}
