package org.popnet.edge.memory;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import io.netty.util.ReferenceCounted;

/** Reads a part of a body that may still be on its way; used on one executor only, where it also says that there is more. */
public interface BodyReader extends AutoCloseable {
    /** Whether everything that was asked for has been read. */
    boolean atEnd();

    /** Whether what is missing will never come. */
    boolean broken();

    boolean readable();

    /** The next bytes, as many as lie together; the caller releases them. Only if {@link #readable}. */
    ByteBuf read();

    /**
     * The next bytes, as many as lie together, as a {@link ByteBuf} or, if they are worth it, a {@link FileRegion}, which
     * only a socket that nothing stands before can send; the caller releases them. Only if {@link #readable}.
     */
    ReferenceCounted readForSocket();

    @Override
    void close();
}
