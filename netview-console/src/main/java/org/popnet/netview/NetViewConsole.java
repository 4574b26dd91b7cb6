package org.popnet.netview;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class NetViewConsole {
    public static void main(String[] args) {
        SpringApplication.run(NetViewConsole.class, args);
    }
}
