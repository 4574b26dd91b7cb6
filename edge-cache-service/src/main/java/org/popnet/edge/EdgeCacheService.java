package org.popnet.edge;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class EdgeCacheService {
    public static void main(String[] args) {
        SpringApplication.run(EdgeCacheService.class, args);
    }
}
