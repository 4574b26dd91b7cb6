package org.popnet.bench.fetch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.popnet.bench.MeasuredNode;

/**
 * An origin-fetch server as a process on its core. Requests come from {@link #EDGE}, the one loopback address that
 * programs take which cannot be told another; the tree therefore names it an edge's.
 */
final class MeasuredFetch implements AutoCloseable {
    static final String SITE = "static.customer1.example";
    static final String EDGE = "127.0.0.1";
    static final String ADDRESS = "127.0.88.3";
    static final int PORT = 8081;
    static final String ORIGIN = "127.0.88.11";
    static final int ORIGIN_PORT = 8080;
    static final int PEER_PORT = 8090;

    private static final String NODE = "fetch1.test";
    private static final String TREE = """
            network: {zone: pop.example, administrators: [admin.hq], ports: {datagram: 5301, http: 8099, fetch: %d, control: 9443}}
            push: {masters: [log.hq]}
            pops:
              hq:
                nodes:
                  admin.hq: {service: admin, address: 127.0.88.1, ports: {control: 8095}}
                  log.hq: {service: log, address: 127.0.88.1, ports: {control: 8096, datagram: 5140}}
              test:
                nodes:
                  %s: {service: origin-fetch, address: %s}
                  edge1.test: {service: edge-cache, address: %s}
            log-servers: {log.hq: {manages: [customer1]}}
            customers:
              customer1:
                servers:
                  origin: {address: %s, port: %d}
                domains:
                  %s: {candidates: [pops]}
            """.formatted(PORT, NODE, ADDRESS, EDGE, ORIGIN, ORIGIN_PORT, SITE);

    private final MeasuredNode node;

    private MeasuredFetch(MeasuredNode node) {
        this.node = node;
    }

    static MeasuredFetch start(Path directory, List<String> jvmOptions) throws IOException, InterruptedException {
        // As in production: a local network, which runs two dozen JVMs, spares it the second compiler.
        List<String> options = new ArrayList<>(List.of("-XX:TieredStopAtLevel=4", "-Xmx512m"));
        options.addAll(jvmOptions);
        MeasuredNode node = MeasuredNode.prepare(directory, 0, TREE, NODE, List.of(), options);
        node.start();
        return new MeasuredFetch(node);
    }

    ProcessHandle process() {
        return node.process();
    }

    @Override
    public void close() {
        node.close();
    }
}
