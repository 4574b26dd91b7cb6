package org.popnet.dns.server;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.xbill.DNS.Message;

/** A DNS client over one TCP connection. */
final class TcpClient implements AutoCloseable {
    final Socket socket;
    final DataInputStream in;
    final DataOutputStream out;

    TcpClient(InetSocketAddress server, String from) throws IOException {
        socket = new Socket(server.getAddress(), server.getPort(), InetAddress.ofLiteral(from), 0);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
    }

    void send(Message query) throws IOException {
        byte[] wire = query.toWire();
        out.writeShort(wire.length);
        out.write(wire);
        out.flush();
    }

    Message receive() throws IOException {
        return new Message(in.readNBytes(in.readUnsignedShort()));
    }

    Message ask(Message query) throws IOException {
        send(query);
        return receive();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
