package org.popnet.edge;

import io.netty.channel.epoll.Epoll;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import org.popnet.edge.memory.MemorySettings;
import org.popnet.edge.upstream.UpstreamSettings;
import org.popnet.edge.wire.RequestLimits;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The edge's process settings.
 *
 * @param memory what stored bodies may occupy off heap; 0 for half of the direct memory this JVM may use, which leaves
 *     the rest for fills, connections and fragmentation. 1 MiB or more
 * @param objectShare the largest object that is stored is the memory divided by this: one film must not empty the cache.
 *     1 or more
 * @param sendFileFrom bodies from this length on are kept in a file in memory, from which the kernel sends them without
 *     copying (Linux; elsewhere, and over TLS, they are copied). 0 for never, else 16 KiB to 1 MiB: up to
 *     some 64 KiB copying costs no more than the additional system call and packet
 * @param segmentsFrom a response of this length is kept by segments of 1 MiB, and so is one that is too large for the
 *     object share: a viewer of one minute of a film costs that minute only. Best what {@code
 *     popnet.fetch.pipeline.segments-from} is, so that neither tier fetches more than the other keeps. 2 MiB or more
 * @param segmentRun most segments that are fetched with one request: more cost each slow client as much memory, fewer cost
 *     requests. 1 to 64
 * @param passFor how long something uncacheable or too large is passed without trying again
 * @param requestLine longest request line; longer ones are answered 414. 256 bytes to 64 KiB
 * @param requestHead longest request head; longer ones are answered 431. Not below the line
 * @param requestFields most header fields of a request, 1 or more
 * @param requestBody largest request body that is passed on; larger ones are answered 413
 * @param headTimeout how long a request's head may take, and the silence before the first
 * @param idleTimeout how long a kept connection may lie unused
 * @param stallTimeout how long a body may make no progress in either direction
 * @param tunnelTimeout how long a connection that has become a WebSocket may carry nothing in either direction
 * @param connections most client connections; more are closed at once
 * @param upstreamConnections most connections to one server, per event loop
 * @param upstreamWaiting most requests that wait for one of them, per event loop and server
 * @param connectTimeout to another server
 * @param firstByteTimeout from a request sent on to its response's head
 * @param threads event loops; 0 for one per core
 */
@ConfigurationProperties(prefix = "popnet.edge", ignoreUnknownFields = false)
public record EdgeSettings(
        @DefaultValue("0B") DataSize memory,
        @DefaultValue("16") int objectShare,
        @DefaultValue("96KB") DataSize sendFileFrom,
        @DefaultValue("16MB") DataSize segmentsFrom,
        @DefaultValue("4") int segmentRun,
        @DefaultValue("120s") Duration passFor,
        @DefaultValue("8KB") DataSize requestLine,
        @DefaultValue("32KB") DataSize requestHead,
        @DefaultValue("100") int requestFields,
        @DefaultValue("1GB") DataSize requestBody,
        @DefaultValue("10s") Duration headTimeout,
        @DefaultValue("60s") Duration idleTimeout,
        @DefaultValue("10s") Duration stallTimeout,
        @DefaultValue("10m") Duration tunnelTimeout,
        @DefaultValue("50000") int connections,
        @DefaultValue("128") int upstreamConnections,
        @DefaultValue("1024") int upstreamWaiting,
        @DefaultValue("1s") Duration connectTimeout,
        @DefaultValue("15s") Duration firstByteTimeout,
        @DefaultValue("0") int threads) {

    public EdgeSettings {
        if (memory.toBytes() != 0 && memory.toBytes() < 1 << 20) {
            throw new IllegalArgumentException("popnet.edge.memory " + memory + ": must be 0 or 1MB or more");
        }
        if (sendFileFrom.toBytes() != 0 && (sendFileFrom.toBytes() < 1 << 14 || sendFileFrom.toBytes() > 1 << 20)) {
            throw new IllegalArgumentException(
                    "popnet.edge.send-file-from " + sendFileFrom + ": must be 0, or between 16KB and 1MB");
        }
        if (objectShare < 1 || connections < 1 || upstreamConnections < 1 || upstreamWaiting < 0 || threads < 0) {
            throw new IllegalArgumentException("popnet.edge: object-share, connections and upstream-connections must be"
                    + " 1 or more, upstream-waiting and threads 0 or more");
        }
        if (segmentsFrom.toBytes() < 2 << 20 || segmentRun < 1 || segmentRun > 64) {
            throw new IllegalArgumentException("popnet.edge: segments-from " + segmentsFrom + " and segment-run "
                    + segmentRun + ": must be 2MB or more, and 1 to 64");
        }
        for (Duration timeout :
                new Duration[] {headTimeout, idleTimeout, stallTimeout, tunnelTimeout, connectTimeout, firstByteTimeout
                }) {
            if (timeout.toMillis() < 100) {
                throw new IllegalArgumentException("popnet.edge: timeout " + timeout + ": must be 100ms or more");
            }
        }
    }

    MemorySettings memorySettings() {
        long bytes =
                memory.toBytes() != 0 ? memory.toBytes() : Math.max(1 << 20, PlatformDependent.maxDirectMemory() / 2);
        return new MemorySettings(
                bytes,
                Math.max(1, bytes / objectShare),
                Math.max(1 << 16, bytes / 4),
                segmentsFrom.toBytes(),
                segmentRun,
                passFor,
                Epoll.isAvailable() ? (int) sendFileFrom.toBytes() : 0);
    }

    RequestLimits requestLimits() {
        return new RequestLimits((int) requestLine.toBytes(), (int) requestHead.toBytes(), requestFields);
    }

    UpstreamSettings upstreamSettings() {
        return new UpstreamSettings(
                upstreamConnections,
                upstreamWaiting,
                connectTimeout,
                firstByteTimeout,
                stallTimeout,
                tunnelTimeout,
                UpstreamSettings.DEFAULT.keepAlive());
    }
}
