package org.popnet.admin;

import org.popnet.platform.settings.PopnetNode;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class AdminService {
    public static void main(String[] args) {
        PopnetNode.run(AdminService.class, "admin-service", args);
    }
}
