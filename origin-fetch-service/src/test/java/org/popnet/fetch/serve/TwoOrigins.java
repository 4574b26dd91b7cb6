package org.popnet.fetch.serve;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.popnet.fetch.TestOrigin;

/** The same with a second server, and each request waits until what the one before brought is stored. */
abstract class TwoOrigins extends OneOrigin {
    TestOrigin second;

    @Override
    FetchNode open(Path store) throws IOException {
        second = new TestOrigin();
        FetchNode opened = new FetchNode(store, origin, second);
        opened.inTurn = true;
        return opened;
    }

    @AfterEach
    final void stopSecond() throws IOException {
        second.close();
    }
}
