package org.popnet.edge;

import org.popnet.platform.settings.PopnetNode;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class EdgeCacheService {
    private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

    public static void main(String[] args) {
        // Netty's default looks for leaks in every 128th buffer, which costs 4 % of a hit. The tests look at every one.
        if (System.getProperty(LEAK_DETECTION) == null) {
            System.setProperty(LEAK_DETECTION, "disabled");
        }
        PopnetNode.run(EdgeCacheService.class, "edge-cache-service", args);
    }
}
