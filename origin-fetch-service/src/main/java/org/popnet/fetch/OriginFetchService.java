package org.popnet.fetch;

import org.popnet.platform.settings.PopnetNode;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class OriginFetchService {
    public static void main(String[] args) {
        PopnetNode.run(OriginFetchService.class, "origin-fetch-service", args);
    }
}
