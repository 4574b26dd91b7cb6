package org.popnet.admin;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class AdminService {
    public static void main(String[] args) {
        SpringApplication.run(AdminService.class, args);
    }
}
