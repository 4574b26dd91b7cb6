package org.popnet.fetch.origin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Short bodies, read to their end. */
final class Texts {
    private Texts() {}

    static String of(OriginResponse response) throws IOException {
        byte[] buffer = new byte[100];
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int n = response.read(buffer); n >= 0; n = response.read(buffer)) {
            text.write(buffer, 0, n);
        }
        return text.toString(StandardCharsets.UTF_8);
    }
}
