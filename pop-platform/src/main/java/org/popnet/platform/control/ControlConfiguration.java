package org.popnet.platform.control;

import org.popnet.platform.settings.NodeSettings;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Wires the control port and the client that speaks to others'. */
@Configuration(proxyBeanMethods = false)
@Import(ControlSecurity.class)
public class ControlConfiguration {
    @Bean
    ControlHttp controlHttp(SslBundles bundles, NodeSettings settings) {
        return new ControlHttp(bundles.getBundle("node").createSslContext(), settings.address());
    }
}
