package org.popnet.platform.control;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;

/**
 * Admits to the control port whom the network's own authority has certified (the TLS layer demands that), and to each
 * endpoint the roles that its {@link ControlRoute} names. Everything else is refused.
 */
@Configuration(proxyBeanMethods = false)
class ControlSecurity {
    @Bean
    ControlRoute healthRoute() {
        return ControlRoute.ofAnyRole(HttpMethod.GET, "/actuator/health/**");
    }

    @Bean
    ControlRoute metricsRoute() {
        return ControlRoute.ofAnyRole(HttpMethod.GET, "/actuator/prometheus");
    }

    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE - 10)
    SecurityFilterChain controlPort(HttpSecurity http, ObjectProvider<ControlRoute> routes) throws Exception {
        List<ControlRoute> all = routes.orderedStream().toList();
        return http.x509(x509 -> x509.authenticationUserDetailsService(ControlSecurity::holder))
                .authorizeHttpRequests(requests -> {
                    for (ControlRoute route : all) {
                        requests.requestMatchers(route.method(), route.pattern())
                                .hasAnyRole(
                                        route.roles().stream().map(Role::name).toArray(String[]::new));
                    }
                    requests.anyRequest().denyAll();
                })
                // No browser speaks here, so there is no session to ride on.
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .build();
    }

    private static UserDetails holder(PreAuthenticatedAuthenticationToken token) {
        CertificateHolder holder = Optional.ofNullable((X509Certificate) token.getCredentials())
                .flatMap(CertificateHolder::of)
                .orElseThrow(
                        () -> new UsernameNotFoundException("certificate without name or role: " + token.getName()));
        return User.withUsername(holder.name())
                .password("")
                .roles(holder.role().name())
                .build();
    }
}
