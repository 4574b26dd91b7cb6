package org.popnet.fetch.serve;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.fetch.TestOrigin;

/** What stories of one origin-fetch server and one customer's server begin and end with. */
abstract class OneOrigin {
    @TempDir
    Path directory;

    TestOrigin origin;
    FetchNode node;

    @BeforeEach
    final void startNode() throws IOException {
        origin = new TestOrigin();
        node = open(directory.resolve("store"));
    }

    FetchNode open(Path store) throws IOException {
        return new FetchNode(store, origin);
    }

    @AfterEach
    final void stopNode() throws IOException {
        node.close();
        origin.close();
    }
}
