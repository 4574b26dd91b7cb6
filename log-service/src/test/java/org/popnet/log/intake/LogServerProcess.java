package org.popnet.log.intake;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.datagram.Received;
import org.popnet.platform.message.Message;
import org.popnet.platform.message.Message.LogAck;
import org.popnet.platform.message.Message.LogBatch;
import org.popnet.platform.tree.NodeName;

/**
 * A log server to be killed: batches come on standard input, acknowledgements go to standard output. At the n-th visit
 * of a stage it says so and stands still, so that it is killed exactly there.
 */
final class LogServerProcess {
    static final int ACK = 1;
    static final int STANDS = 2;

    private LogServerProcess() {}

    public static void main(String[] args) throws Exception {
        DataOutputStream out = new DataOutputStream(System.out);
        Stage stage = Stage.valueOf(args[2]);
        AtomicInteger visits = new AtomicInteger(Integer.parseInt(args[3]));
        Pipe pipe = new Pipe(out);
        new LogServer(args[0], Path.of(args[1]), pipe, InstantSource.system(), visited -> {
            if (visited == stage && visits.decrementAndGet() == 0) {
                pipe.write(STANDS, "", 0, 0);
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        pipe.read(new DataInputStream(System.in));
    }

    /** Both directions of the process's standard streams as a port. */
    private static final class Pipe implements DatagramPort {
        private final DataOutputStream out;
        private volatile Consumer<Received<LogBatch>> batches = b -> {};

        Pipe(DataOutputStream out) {
            this.out = out;
        }

        void read(DataInputStream in) throws IOException {
            while (true) {
                NodeName sender = NodeName.of(in.readUTF());
                String customer = in.readUTF();
                LogBatch batch =
                        new LogBatch(customer, in.readLong(), in.readLong(), in.readInt(), in.readNBytes(in.readInt()));
                batches.accept(new Received<>(sender, 1, batch));
            }
        }

        synchronized void write(int kind, String text, long spool, long batch) {
            try {
                out.writeByte(kind);
                out.writeUTF(text);
                out.writeLong(spool);
                out.writeLong(batch);
                out.flush();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public boolean send(NodeName receiver, Message message) {
            LogAck ack = (LogAck) message;
            ack.batches().forEach(b -> write(ACK, receiver + "/" + ack.customer(), ack.spool(), b));
            return true;
        }

        @Override
        @SuppressWarnings("unchecked")
        public <M extends Message> void onReceive(Class<M> kind, Consumer<Received<M>> reader) {
            if (kind == LogBatch.class) {
                batches = (Consumer<Received<LogBatch>>) (Consumer<?>) reader;
            }
        }

        @Override
        public void close() {}
    }
}
