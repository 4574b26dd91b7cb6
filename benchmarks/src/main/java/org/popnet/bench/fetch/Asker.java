package org.popnet.bench.fetch;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One connection on which one request follows the other, as an edge makes them. */
final class Asker implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: ([0-9]+)");
    private static final int PATIENCE_MS = 10_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    Asker(String address, int port) throws IOException {
        socket.bind(new InetSocketAddress(MeasuredFetch.EDGE, 0));
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MS);
        socket.connect(new InetSocketAddress(address, port));
        in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
    }

    /** @return milliseconds from the request to the first byte of its answer, which is read to its end */
    double ask(String path) throws IOException {
        byte[] request = ("GET " + path + " HTTP/1.1\r\nHost: " + MeasuredFetch.SITE + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
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
