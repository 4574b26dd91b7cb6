package org.popnet.netview.access;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.backend.Problem;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;

/** The login page; what is sent to it is judged before it comes here. */
@Controller
final class LoginController {
    /** Where a sign-in that failed is shown; reached from within only, since it is no route of the people's port. */
    static final String FAILED = "/login/failed";

    /** Request attribute: the status of a sign-in that failed. */
    static final String FAILURE = "netview.signInFailure";

    /** Request attribute: why. */
    static final String DETAIL = "netview.signInDetail";

    @GetMapping("/login")
    String login(HttpServletRequest request, @Nullable Authentication authentication, Model model) {
        if (PeopleSecurity.signedIn(authentication)) {
            return "redirect:/";
        }
        model.addAttribute("signedOut", request.getParameter("signedOut") != null);
        model.addAttribute("user", "");
        return "access/login";
    }

    @PostMapping(FAILED)
    String failed(HttpServletRequest request, Model model) {
        model.addAttribute("signedOut", false);
        String user = request.getParameter("user");
        model.addAttribute("user", user == null ? "" : user);
        if (request.getAttribute(FAILURE) instanceof HttpStatus status) {
            model.addAttribute("problem", problem(status, String.valueOf(request.getAttribute(DETAIL))));
        }
        return "access/login";
    }

    private static Problem problem(HttpStatus status, String detail) {
        return switch (status) {
            case TOO_MANY_REQUESTS -> new Problem("Too many wrong passwords.", "", "Wait a little: " + detail + ".");
            case UNAUTHORIZED -> new Problem("Wrong name or password.", "", "Check both and try again.");
            default ->
                new Problem(
                        "Nobody can sign in at the moment: " + detail + ".",
                        "Your sites are served as before.",
                        "Try again in a minute. Operators: ./popnet status");
        };
    }
}
