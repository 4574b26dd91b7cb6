package org.popnet.platform.control;

import java.security.cert.X509Certificate;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;
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
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.web.SecurityFilterChain;

/**
 * Admits to the control port whom the network's own authority has certified (the TLS layer demands that), and to each
 * endpoint the roles that its {@link ControlRoute} names. Everything else is refused.
 */
@Configuration(proxyBeanMethods = false)
class ControlSecurity {
    @Bean
    UserDetailsService certifiedNodes() {
        return subject -> {
            String name = part(subject, "CN");
            Role role = Role.ofKey(String.valueOf(part(subject, "OU")))
                    .orElseThrow(() -> new UsernameNotFoundException("certificate without a role: " + subject));
            return User.withUsername(name == null ? role.key() : name)
                    .password("")
                    .roles(role.name())
                    .build();
        };
    }

    @Bean
    ControlRoute healthRoute() {
        return ControlRoute.ofAnyRole(HttpMethod.GET, "/actuator/**");
    }

    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE - 10)
    SecurityFilterChain controlPort(HttpSecurity http, ObjectProvider<ControlRoute> routes) throws Exception {
        List<ControlRoute> all = routes.orderedStream().toList();
        return http.x509(x509 -> x509.x509PrincipalExtractor(
                        (X509Certificate certificate) -> certificate.getSubjectX500Principal().getName()))
                .authorizeHttpRequests(requests -> {
                    for (ControlRoute route : all) {
                        requests.requestMatchers(route.method(), route.pattern())
                                .hasAnyRole(route.roles().stream().map(Role::name).toArray(String[]::new));
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

    private static @Nullable String part(String subject, String type) {
        try {
            for (Rdn rdn : new LdapName(subject).getRdns()) {
                if (rdn.getType().equalsIgnoreCase(type)) {
                    return rdn.getValue().toString();
                }
            }
            return null;
        } catch (InvalidNameException e) {
            throw new UsernameNotFoundException("certificate with an unreadable subject: " + subject, e);
        }
    }
}
