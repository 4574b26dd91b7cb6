package org.popnet.netview.access;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import org.popnet.netview.NetViewSettings;
import org.springframework.http.HttpStatus;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;
import org.springframework.stereotype.Component;

/** Where signing in leads: to the page that was asked for, or back to the form with the reason and a fitting status. */
@Component
final class SignInOutcome implements AuthenticationSuccessHandler, AuthenticationFailureHandler {
    private final NetViewSettings settings;
    private final RequestCache requests;

    SignInOutcome(NetViewSettings settings, RequestCache requests) {
        this.settings = settings;
        this.requests = requests;
    }

    @Override
    public void onAuthenticationSuccess(
            HttpServletRequest request, HttpServletResponse response, Authentication authentication)
            throws IOException {
        request.getSession().setMaxInactiveInterval((int) settings.sessionIdle().toSeconds());
        SavedRequest saved = requests.getRequest(request, response);
        requests.removeRequest(request, response);
        response.sendRedirect(saved == null ? "/" : pathAndQuery(URI.create(saved.getRedirectUrl())));
    }

    /** Without scheme and host: those came from the request's own Host header. */
    private static String pathAndQuery(URI uri) {
        return uri.getRawQuery() == null ? uri.getRawPath() : uri.getRawPath() + "?" + uri.getRawQuery();
    }

    @Override
    public void onAuthenticationFailure(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
            throws IOException, ServletException {
        HttpStatus status = failure instanceof LockedException
                ? HttpStatus.TOO_MANY_REQUESTS
                : failure instanceof BadCredentialsException ? HttpStatus.UNAUTHORIZED : HttpStatus.SERVICE_UNAVAILABLE;
        response.setStatus(status.value());
        request.setAttribute(LoginController.FAILURE, status);
        request.setAttribute(LoginController.DETAIL, failure.getMessage());
        request.getRequestDispatcher(LoginController.FAILED).forward(request, response);
    }
}
