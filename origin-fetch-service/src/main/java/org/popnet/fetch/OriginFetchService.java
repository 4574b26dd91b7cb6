package org.popnet.fetch;

import java.time.InstantSource;
import java.util.List;
import org.popnet.fetch.store.StoreTool;
import org.popnet.platform.settings.PopnetNode;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the service; with {@code store} as its first argument, {@link StoreTool} instead. */
@SpringBootApplication
public class OriginFetchService {
    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals("store")) {
            System.exit(StoreTool.run(
                    List.of(args).subList(1, args.length), InstantSource.system(), System.out, System.err));
        }
        PopnetNode.run(OriginFetchService.class, "origin-fetch-service", args);
    }
}
