package org.popnet.probe;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class ProbeService {
    public static void main(String[] args) {
        SpringApplication.run(ProbeService.class, args);
    }
}
