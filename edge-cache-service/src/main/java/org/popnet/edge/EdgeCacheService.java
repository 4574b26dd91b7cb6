package org.popnet.edge;

import org.popnet.platform.settings.PopnetNode;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class EdgeCacheService {
    public static void main(String[] args) {
        PopnetNode.run(EdgeCacheService.class, "edge-cache-service", args);
    }
}
