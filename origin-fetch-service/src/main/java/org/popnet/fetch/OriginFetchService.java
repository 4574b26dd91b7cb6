package org.popnet.fetch;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class OriginFetchService {
    public static void main(String[] args) {
        SpringApplication.run(OriginFetchService.class, args);
    }
}
