package org.popnet.bench.dns;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.popnet.bench.Programs;

/** The name servers of others that ours is compared with, each on a port of its own with the same names. */
enum Peer {
    KNOT("Knot", "knotd", "a static zone", 5361) {
        @Override
        List<String> prepare(Path directory, int domains) throws IOException {
            zone(directory, domains, "A 192.0.2.1");
            write(directory.resolve("knot.conf"), """
                    server:
                        listen: %s@%d
                        rundir: %s
                        udp-workers: 1
                        tcp-workers: 1
                        background-workers: 1
                    log:
                      - target: stderr
                        any: warning
                    database:
                        storage: %s
                    zone:
                      - domain: %s
                        storage: %s
                        file: zone
                    """.formatted(
                            ADDRESS, port, directory, directory, BenchNetwork.ZONE, directory));
            return Programs.command(
                    "knotd", "-c", directory.resolve("knot.conf").toString());
        }
    },
    NSD("NSD", "nsd", "a static zone, rate limiting off", 5362) {
        @Override
        List<String> prepare(Path directory, int domains) throws IOException {
            zone(directory, domains, "A 192.0.2.1");
            write(directory.resolve("nsd.conf"), """
                    server:
                        ip-address: %s@%d
                        server-count: 1
                        rrl-ratelimit: 0
                        rrl-whitelist-ratelimit: 0
                        username: ""
                        database: ""
                        zonesdir: %s
                        pidfile: %s/nsd.pid
                        xfrdfile: %s/xfrd
                        zonelistfile: %s/zones
                    remote-control:
                        control-enable: no
                    zone:
                        name: %s
                        zonefile: zone
                    """.formatted(
                            ADDRESS, port, directory, directory, directory, directory, BenchNetwork.ZONE));
            return Programs.command(
                    "nsd", "-d", "-c", directory.resolve("nsd.conf").toString());
        }
    },
    GDNSD("gdnsd", "gdnsd", "weighted, 16 addresses", 5363) {
        @Override
        List<String> prepare(Path directory, int domains) throws IOException {
            StringBuilder weighted = new StringBuilder();
            for (int i = 0; i < BenchNetwork.POPS * BenchNetwork.EDGES_PER_POP; i++) {
                weighted.append("      a%d = [ 192.0.2.%d, 100 ]\n".formatted(i, i + 1));
            }
            Files.createDirectories(directory.resolve("zones"));
            Files.createDirectories(directory.resolve("run"));
            Files.createDirectories(directory.resolve("state"));
            write(directory.resolve("config"), """
                    options => {
                      listen => [ "%s:%d" ]
                      run_dir => "%s/run"
                      state_dir => "%s/state"
                      udp_threads => 1
                      tcp_threads => 1
                    }
                    plugins => {
                      weighted => {
                        service_types = up
                        multi = false
                        edges => {
                    %s    }
                      }
                    }
                    """.formatted(ADDRESS, port, directory, directory, weighted));
            write(directory.resolve("zones").resolve(BenchNetwork.ZONE), text(domains, "20 DYNA weighted!edges"));
            return Programs.command("gdnsd", "-c", directory.toString(), "start");
        }
    },
    POWERDNS("PowerDNS", "pdns_server", "LUA pickwhashed, 16 addresses", 5364) {
        @Override
        List<String> prepare(Path directory, int domains) throws IOException {
            StringBuilder addresses = new StringBuilder();
            for (int i = 0; i < BenchNetwork.POPS * BenchNetwork.EDGES_PER_POP; i++) {
                addresses.append(i == 0 ? "" : ",").append("{100,'192.0.2.%d'}".formatted(i + 1));
            }
            write(directory.resolve("zone.lua"), """
                    local choose = "A \\"pickwhashed({%s})\\""
                    local soa = "ns.%s. root.%s. 1 3600 600 604800 60"

                    function dns_lookup(qtype, qname, domain_id, ctx)
                      if tostring(qname) == "%s." then
                        return {{domain_id = 1, name = qname, type = "SOA", content = soa, ttl = 60}}
                      elseif qtype:getName() ~= "SOA" then
                        return {{domain_id = 1, name = qname, type = "LUA", content = choose, ttl = 20}}
                      end
                      return {}
                    end

                    function dns_get_domaininfo(name)
                      return false
                    end

                    function dns_get_domain_metadata(name, kind)
                      return {}
                    end
                    """.formatted(
                            addresses, BenchNetwork.ZONE, BenchNetwork.ZONE, BenchNetwork.ZONE));
            write(directory.resolve("pdns.conf"), """
                    launch=lua2
                    lua2-filename=%s/zone.lua
                    lua2-api=2
                    zone-cache-refresh-interval=0
                    local-address=%s
                    local-port=%d
                    socket-dir=%s
                    enable-lua-records=shared
                    edns-subnet-processing=yes
                    receiver-threads=1
                    distributor-threads=1
                    guardian=no
                    daemon=no
                    """.formatted(directory, ADDRESS, port, directory));
            return Programs.command("pdns_server", "--config-dir=" + directory);
        }
    };

    static final String ADDRESS = "127.188.99.1";

    private static final String HEAD = """
            $ORIGIN %s.
            $TTL 20
            @ SOA ns.%s. root.%s. 1 3600 600 604800 60
            @ NS ns
            ns A 192.0.2.53
            """.formatted(BenchNetwork.ZONE, BenchNetwork.ZONE, BenchNetwork.ZONE);

    final String title;
    final String program;
    final String kind;
    final int port;

    Peer(String title, String program, String kind, int port) {
        this.title = title;
        this.program = program;
        this.kind = kind;
        this.port = port;
    }

    /**
     * Writes its configuration.
     *
     * @return the command that starts it, to stay in the foreground
     */
    abstract List<String> prepare(Path directory, int domains) throws IOException;

    private static void zone(Path directory, int domains, String data) throws IOException {
        write(directory.resolve("zone"), text(domains, data));
    }

    private static String text(int domains, String data) {
        StringBuilder text = new StringBuilder(HEAD);
        for (int i = 0; i < domains; i++) {
            text.append('d').append(i).append(' ').append(data).append('\n');
        }
        return text.toString();
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
