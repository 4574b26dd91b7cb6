package org.popnet.bench.edge;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.popnet.bench.Programs;

/** The caches of others, each on a port of its own, in front of the same origin with the same memory. */
enum Peer {
    NGINX("nginx", "nginx", "proxy_cache on tmpfs", 8471) {
        @Override
        List<String> prepare(Path directory, InetSocketAddress origin, int megabytes) throws IOException {
            return nginx(directory, """
                    proxy_cache_path %s levels=1:2 keys_zone=c:64m max_size=%dm inactive=60m use_temp_path=off;
                    access_log %s/access.log combined buffer=64k;
                    server {
                      listen %s:%d;
                      location / {
                        proxy_pass http://%s:%d;
                        proxy_cache c;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                        proxy_set_header Host $host;
                        keepalive_requests 100000000;
                      }
                    }
                    """.formatted(
                            NGINX_CACHE,
                            megabytes,
                            directory,
                            ADDRESS,
                            port,
                            origin.getAddress().getHostAddress(),
                            origin.getPort()));
        }
    },
    VARNISH("Varnish", "varnishd", "malloc, no log written", 8472) {
        @Override
        List<String> prepare(Path directory, InetSocketAddress origin, int megabytes) throws IOException {
            Files.createDirectories(directory);
            return Programs.command(
                    "varnishd",
                    "-F",
                    "-n",
                    directory.resolve("varnish").toString(),
                    "-a",
                    ADDRESS + ":" + port,
                    "-b",
                    origin.getAddress().getHostAddress() + ":" + origin.getPort(),
                    "-s",
                    "malloc," + megabytes + "m");
        }
    };

    /** In memory, as the others' are; to be deleted. */
    static final Path NGINX_CACHE =
            Path.of("/dev/shm", "popnet-bench-nginx-" + ProcessHandle.current().pid());

    static final String ADDRESS = "127.187.99.1";

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

    InetSocketAddress address() {
        return new InetSocketAddress(ADDRESS, port);
    }

    /**
     * Writes its configuration.
     *
     * @return the command that starts it, to stay in the foreground
     */
    abstract List<String> prepare(Path directory, InetSocketAddress origin, int megabytes) throws IOException;

    /** An nginx with this in its {@code http} block, of one worker, in the foreground. */
    static List<String> nginx(Path directory, String http) throws IOException {
        Files.createDirectories(directory);
        Path conf = directory.resolve("nginx.conf");
        Files.writeString(
                conf, """
                daemon off;
                worker_processes 1;
                pid %s/pid;
                error_log %s/error.log warn;
                worker_rlimit_nofile 8192;
                events { worker_connections 4096; }
                http {
                  client_body_temp_path %s/body;
                  proxy_temp_path %s/proxy;
                  fastcgi_temp_path %s/fastcgi;
                  uwsgi_temp_path %s/uwsgi;
                  scgi_temp_path %s/scgi;
                  sendfile on;
                  tcp_nopush on;
                %s
                }
                """.formatted(directory, directory, directory, directory, directory, directory, directory, http));
        return Programs.command("nginx", "-p", directory.toString(), "-c", conf.toString());
    }
}
