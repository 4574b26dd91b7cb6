package org.popnet.probe.check;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.SocketFactory;
import org.popnet.probe.check.Outcome.Failure;

/**
 * The sockets of one FTP session, which are all closed together, and none of which brings more than it may: the first,
 * the control connection, a few replies; the others a file.
 */
final class CutSockets extends SocketFactory implements AutoCloseable {
    private static final int REPLIES_BYTES_MAX = 16 * 1024;

    private final int fileBytesMax;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile boolean cut;
    private volatile boolean closed;

    CutSockets(int fileBytesMax) {
        this.fileBytesMax = fileBytesMax;
    }

    @Override
    public Socket createSocket() throws IOException {
        Socket socket = new Bounded(sockets.isEmpty() ? REPLIES_BYTES_MAX : fileBytesMax);
        sockets.add(socket);
        if (closed) {
            socket.close();
        }
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw new IOException("names are not resolved");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        throw new IOException("names are not resolved");
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        Socket socket = createSocket();
        socket.connect(new InetSocketAddress(host, port));
        return socket;
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        Socket socket = createSocket();
        socket.setReuseAddress(true); // as in Connection
        socket.bind(new InetSocketAddress(local, localPort));
        socket.connect(new InetSocketAddress(host, port));
        return socket;
    }

    boolean wasCut() {
        return cut;
    }

    void cut() {
        cut = true;
        close();
    }

    @Override
    public void close() {
        closed = true;
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                // nothing to do about it: the descriptor is gone either way
            }
        }
    }

    private static final class Bounded extends Socket {
        private final int bytesMax;

        Bounded(int bytesMax) {
            this.bytesMax = bytesMax;
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(super.getInputStream()) {
                private long count;

                @Override
                public int read() throws IOException {
                    int c = in.read();
                    take(c < 0 ? 0 : 1);
                    return c;
                }

                @Override
                public int read(byte[] buffer, int offset, int length) throws IOException {
                    int n = in.read(buffer, offset, length);
                    take(Math.max(0, n));
                    return n;
                }

                private void take(int n) throws CheckFailedException {
                    count += n;
                    if (count > bytesMax) {
                        throw new CheckFailedException(
                                Failure.SIZE, "more than " + bytesMax + " bytes came by one connection");
                    }
                }
            };
        }
    }
}
