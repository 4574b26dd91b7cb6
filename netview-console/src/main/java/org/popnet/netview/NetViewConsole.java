package org.popnet.netview;

import org.popnet.platform.settings.PopnetNode;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class NetViewConsole {
    public static void main(String[] args) {
        PopnetNode.run(NetViewConsole.class, "netview-console", args);
    }
}
