package org.popnet.dns;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class DnsService {
    public static void main(String[] args) {
        SpringApplication.run(DnsService.class, args);
    }
}
