package org.popnet.local.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One of a customer's mirrored servers: HTTP, and read-only FTP if a port is given. Every answer is delayed by the
 * round trip from the asking address.
 */
public final class CustomerServer {
    /** What it tells probes it could take. */
    private static final int CONNECTIONS_MAX = 500;

    private final Site site;
    private final Delays delays;
    private final AtomicInteger open = new AtomicInteger();

    private CustomerServer(Site site, Delays delays) {
        this.site = site;
        this.delays = delays;
    }

    /**
     * @param args {@code --customer customer1|customer2 --name west --address 127.0.11.1 --port 8080 [--ftp 2121]
     *     --content <dir> [--delays 127.0.1.0/24=8,…]}
     */
    public static void main(String[] args) throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.idleInterval", "60");
        Arguments arguments = new Arguments(args);
        String customer = arguments.get("customer");
        String name = arguments.get("name");
        InetAddress address = InetAddress.ofLiteral(arguments.get("address"));
        @Nullable DemoContent content =
                customer.equals("customer2") ? DemoContent.prepare(Path.of(arguments.get("content"))) : null;
        Site site = content == null
                ? new QuoteSite(name, InstantSource.system())
                : new LibrarySite(name, content.documentation(), content.downloads());
        CustomerServer server = new CustomerServer(site, Delays.parse(arguments.get("delays", "")));
        HttpServer http = HttpServer.create(new InetSocketAddress(address, arguments.port("port")), 256);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.createContext("/", server::handle);
        http.start();
        if (content != null && arguments.optional("ftp").isPresent()) {
            FtpDownloads.start(address, arguments.port("ftp"), content.downloads());
        }
        System.out.println(customer + " " + name + " listens on " + http.getAddress());
    }

    private void handle(HttpExchange exchange) throws IOException {
        open.incrementAndGet();
        try (exchange) {
            LockSupport.parkNanos(
                    delays.of(exchange.getRemoteAddress().getAddress()).toNanos());
            String method = exchange.getRequestMethod();
            if (!method.equals("GET") && !method.equals("HEAD")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                Reply.text(exchange, 405, "text/plain; charset=utf-8", "this site is read with GET and HEAD\n");
                return;
            }
            switch (exchange.getRequestURI().getPath()) {
                case "/health" -> Reply.dynamic(exchange, "text/plain; charset=utf-8", "ok\n");
                case "/load.json" -> Reply.dynamic(exchange, "application/json", load());
                default -> site.serve(exchange);
            }
        } finally {
            open.decrementAndGet();
        }
    }

    /**
     * The load document that probes read. Of processor and memory it says nothing: where all servers share one machine,
     * they are the same for all.
     */
    private String load() {
        return "{\"connections\":" + open.get() + ",\"connections-max\":" + CONNECTIONS_MAX + "}\n";
    }
}
