package org.popnet.log;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class LogService {
    public static void main(String[] args) {
        SpringApplication.run(LogService.class, args);
    }
}
