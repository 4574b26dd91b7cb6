package org.popnet.log;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.popnet.platform.tree.NodeName;

/** A log server in a process of its own, to be killed. It says its HTTP port and runs until then. */
final class LogServiceProcess {
    private LogServiceProcess() {}

    /** Arguments: address of the database, state directory with the identity, file with the tree, node. */
    @SuppressWarnings("resource") // until it is killed
    public static void main(String[] args) throws Exception {
        Path state = Path.of(args[1]);
        TestTree tree = new TestTree(NodeName.of(args[3]), Files.readString(Path.of(args[2])));
        RunningLogService service = new RunningLogService(
                args[0], state, meters -> UdpNodes.port(tree, state, meters), tree, InstantSource.system());
        System.out.println("\nport " + service.httpPort());
        System.out.flush();
        Thread.currentThread().join();
    }
}
