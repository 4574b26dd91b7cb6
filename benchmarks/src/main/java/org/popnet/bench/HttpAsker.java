package org.popnet.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One connection on which one HTTP/1.1 request follows the other. */
public final class HttpAsker implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: ([0-9]+)");
    private static final int PATIENCE_MS = 10_000;

    private final Socket socket = new Socket();
    private final InputStream in;
    private final String host;

    /**
     * @param from the local address
     * @param host whose objects are asked for
     */
    public HttpAsker(InetSocketAddress server, InetAddress from, String host) throws IOException {
        this.host = host;
        socket.bind(new InetSocketAddress(from, 0));
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MS);
        socket.connect(server);
        in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
    }

    /** Whether the server answers a request for this with 200. */
    public static boolean answers(InetSocketAddress server, InetAddress from, String host, String path) {
        try (HttpAsker asker = new HttpAsker(server, from, host)) {
            asker.ask(path);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** @return milliseconds from the request to the first byte of its answer, which is read to its end */
    public double ask(String path) throws IOException {
        byte[] request =
                ("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        long begin = System.nanoTime();
        socket.getOutputStream().write(request);
        int first = in.read();
        double millis = (System.nanoTime() - begin) / 1e6;
        StringBuilder head = new StringBuilder().append((char) first);
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("broken off after: " + head);
            }
            head.append((char) c);
        }
        Matcher length = LENGTH.matcher(head);
        if (!head.toString().startsWith("HTTP/1.1 200") || !length.find()) {
            throw new IOException(path + " was answered: " + head);
        }
        in.skipNBytes(Long.parseLong(length.group(1)));
        return millis;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
