package org.popnet.log;

import org.popnet.platform.settings.PopnetNode;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
public class LogService {
    public static void main(String[] args) {
        PopnetNode.run(LogService.class, "log-service", args);
    }
}
