package org.popnet.edge.memory;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.popnet.caching.CachePolicy;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.Vary;

class StoredResponseTest {
    private final BodyMemory memory = new BodyMemory(new PooledByteBufAllocator(true), 1 << 20, 0, why -> {});

    private StoredResponse response(Body body) {
        Freshness freshness = Freshness.of(200, Headers.EMPTY, CachePolicy.DEFAULT, 0, 0);
        return new StoredResponse(
                new CacheKey("a.example", "/"),
                200,
                Headers.EMPTY,
                freshness,
                Vary.NONE,
                List.of(),
                body,
                null,
                () -> {});
    }

    @Test
    void headThatDeclaredNoLengthNeverClaimsOne() {
        Body body = new Body(memory, Body.UNKNOWN);
        StoredResponse begun = response(body);
        body.append(Unpooled.copiedBuffer("hello", ISO_8859_1));
        body.complete();
        assertThat(begun.length()).isEqualTo(5);
        assertThat(begun.headLength()).isEqualTo(-1);
        assertThat(new String(begun.head(), ISO_8859_1)).doesNotContain("Content-Length");
        StoredResponse kept = begun.withBody(begun.key(), body.compacted());
        assertThat(kept.headLength()).isEqualTo(5);
        assertThat(new String(kept.head(), ISO_8859_1)).contains("Content-Length: 5");
        kept.release();
        begun.release();
        assertThat(memory.bytesInUse()).isZero();
    }

    @Test
    void bodyIsTheSameReadInAnyPiecesWhileItGrows() {
        byte[] all = new byte[300_000];
        new java.util.Random(3).nextBytes(all);
        Body body = new Body(memory, Body.UNKNOWN);
        StoredResponse begun = response(body);
        BodyReader reader = begun.read(0, Long.MAX_VALUE, ImmediateEventExecutor.INSTANCE, () -> {});
        ByteBuf read = Unpooled.buffer();
        for (int at = 0; at < all.length; at += 7_777) {
            body.append(Unpooled.wrappedBuffer(all, at, Math.min(7_777, all.length - at)));
            while (at % 3 != 0 && reader.readable()) {
                ByteBuf piece = reader.read();
                read.writeBytes(piece);
                piece.release();
            }
        }
        body.complete();
        while (!reader.atEnd()) {
            ByteBuf piece = reader.read();
            read.writeBytes(piece);
            piece.release();
        }
        reader.close();
        assertThat(read).isEqualTo(Unpooled.wrappedBuffer(all));
        begun.release();
        assertThat(memory.bytesInUse()).isZero();
    }
}
