package org.popnet.probe;

import org.popnet.platform.settings.PopnetNode;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication(proxyBeanMethods = false)
public class ProbeService {
    public static void main(String[] args) {
        PopnetNode.run(ProbeService.class, "probe-service", args);
    }
}
