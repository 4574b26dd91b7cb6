package org.popnet.netview.access;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.NetViewSettings;
import org.popnet.netview.account.ConsoleRole;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.session.SessionRegistry;
import org.springframework.security.core.session.SessionRegistryImpl;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.session.HttpSessionEventPublisher;

/** Who may do what on the people's port: sessions, roles, CSRF tokens, and what a browser may load. */
@Configuration(proxyBeanMethods = false)
class PeopleSecurity {
    private static final int SESSIONS_PER_USER_MAX = 20;
    private static final Duration UNTIL_SIGNED_IN = Duration.ofMinutes(10);

    /** Everything comes from here; nothing is written into a page that a browser would run. */
    static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    @Bean
    @Order(1)
    SecurityFilterChain people(
            HttpSecurity http,
            PeoplePort port,
            PasswordAuthentication passwords,
            SignInOutcome outcome,
            RequestCache requestCache,
            SessionRegistry sessions)
            throws Exception {
        return http.securityMatcher(port)
                .authenticationProvider(passwords)
                .authorizeHttpRequests(
                        requests -> requests.dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.FORWARD)
                                .permitAll()
                                .requestMatchers(PageRoutes.OPEN, PageRoutes.SIGN_IN)
                                .permitAll()
                                .requestMatchers(PageRoutes.READ, PageRoutes.OWN)
                                .authenticated()
                                .requestMatchers(PageRoutes.FLUSH)
                                .access((user, context) -> new AuthorizationDecision(
                                        ConsoleRole.of(user.get()).mayFlush()))
                                .requestMatchers(PageRoutes.NETWORK)
                                .authenticated() // the page itself does not exist for others
                                .anyRequest()
                                .denyAll())
                .formLogin(form -> form.loginPage("/login")
                        .usernameParameter("user")
                        .passwordParameter("password")
                        .authenticationDetailsSource(HttpServletRequest::getRemoteAddr)
                        .successHandler(outcome)
                        .failureHandler(outcome)
                        .permitAll())
                .logout(logout -> logout.logoutRequestMatcher(
                                PathPatternRequestMatcher.withDefaults().matcher(HttpMethod.POST, "/logout"))
                        .logoutSuccessUrl("/login?signedOut")
                        .invalidateHttpSession(true)
                        .deleteCookies("netview"))
                .requestCache(cache -> cache.requestCache(requestCache))
                .exceptionHandling(handling -> handling.authenticationEntryPoint(
                        (request, response, reason) -> signInFirst(request, response)))
                .sessionManagement(management -> management
                        .sessionFixation(fixation -> fixation.changeSessionId())
                        .maximumSessions(SESSIONS_PER_USER_MAX)
                        .sessionRegistry(sessions)
                        .expiredSessionStrategy(event -> signInFirst(event.getRequest(), event.getResponse())))
                .headers(headers -> headers.contentSecurityPolicy(
                                policy -> policy.policyDirectives(CONTENT_SECURITY_POLICY))
                        .referrerPolicy(policy -> policy.policy(ReferrerPolicy.SAME_ORIGIN))
                        .permissionsPolicyHeader(policy -> policy.policy("camera=(), geolocation=(), microphone=()")))
                .build();
    }

    /** A fragment under way gets told to load the login page, rather than the login page in its place. */
    private static void signInFirst(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getHeader("HX-Request") != null) {
            response.setHeader("HX-Redirect", "/login");
            response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
        } else {
            response.sendRedirect("/login");
        }
    }

    /** Remembers the page someone asked for before signing in; fragments and downloads are not pages. */
    @Bean
    @SuppressWarnings("NullAway") // null is how this setter is told to leave the URL as it was
    RequestCache requestCache() {
        HttpSessionRequestCache cache = new HttpSessionRequestCache();
        cache.setRequestMatcher(request -> PageRoutes.READ.matches(request)
                && request.getHeader("HX-Request") == null
                && !request.getRequestURI().contains("/export/"));
        cache.setMatchingRequestParameterName(null);
        return cache;
    }

    @Bean
    SessionRegistry sessionRegistry() {
        return new SessionRegistryImpl();
    }

    @Bean
    HttpSessionEventPublisher sessionEvents() {
        return new HttpSessionEventPublisher();
    }

    /** A session is short until someone has signed in: that is all an unknown visitor can make this server hold. */
    @Bean
    HttpSessionListener shortUntilSignedIn() {
        return new HttpSessionListener() {
            @Override
            public void sessionCreated(HttpSessionEvent event) {
                event.getSession().setMaxInactiveInterval((int) UNTIL_SIGNED_IN.toSeconds());
            }
        };
    }

    @Bean
    LoginThrottle loginThrottle(InstantSource clock, NetViewSettings settings) {
        return new LoginThrottle(clock, settings.login());
    }

    static boolean signedIn(@Nullable Authentication authentication) {
        return authentication != null && authentication.isAuthenticated();
    }
}
