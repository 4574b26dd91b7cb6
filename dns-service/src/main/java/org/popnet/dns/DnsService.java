package org.popnet.dns;

import org.popnet.platform.settings.PopnetNode;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class DnsService {
    public static void main(String[] args) {
        PopnetNode.run(DnsService.class, "dns-service", args);
    }
}
