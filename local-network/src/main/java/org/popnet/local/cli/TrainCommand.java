package org.popnet.local.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.popnet.local.process.Installation;
import org.popnet.local.process.StartException;
import org.popnet.local.training.Training;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = {
            "Makes ahead-of-time caches, from which services start in half the time.",
            "Takes some minutes, at low priority; good until the next build."
        })
final class TrainCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Popnet popnet;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = popnet.out();
        Progress progress = new Progress(out);
        try {
            int made = new Training(Installation.find()).run(progress::line);
            progress.end();
            out.println(made == 0 ? "every service has a cache of the last build" : made + " caches made");
        } catch (StartException e) {
            progress.end();
            throw e;
        }
        out.flush();
        return 0;
    }
}
