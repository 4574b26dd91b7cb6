package org.popnet.netview;

import org.popnet.platform.settings.PopnetNode;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** The console: a control port for the network, and pages for people on a port of their own. */
@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
public class NetViewConsole {
    public static void main(String[] args) {
        PopnetNode.run(NetViewConsole.class, "netview-console", args);
    }
}
