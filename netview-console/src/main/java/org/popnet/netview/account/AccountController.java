package org.popnet.netview.account;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.backend.Problem;
import org.popnet.netview.page.Page;
import org.popnet.netview.page.Viewing;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.session.SessionInformation;
import org.springframework.security.core.session.SessionRegistry;
import org.springframework.transaction.TransactionException;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The user's own account: who one is, and a new password. */
@Page
final class AccountController {
    private final Users users;
    private final SessionRegistry sessions;

    AccountController(Users users, SessionRegistry sessions) {
        this.users = users;
        this.sessions = sessions;
    }

    @GetMapping("/account")
    String account(Model model, @RequestParam(name = "changed", required = false) @Nullable String changed) {
        model.addAttribute("changed", changed != null);
        model.addAttribute("charsMin", Users.PASSWORD_CHARS_MIN);
        return "account/account";
    }

    @PostMapping("/account/password")
    String change(
            Viewing viewing,
            @RequestParam(name = "current") String current,
            @RequestParam(name = "fresh") String fresh,
            @RequestParam(name = "again") String again,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        Problem problem = problem(viewing.user(), current, fresh, again);
        if (problem != null) {
            response.setStatus(HttpStatus.UNPROCESSABLE_CONTENT.value());
            model.addAttribute("problem", problem);
            return account(model, null);
        }
        endOtherSessions(viewing.user(), request.getSession().getId());
        return "redirect:" + viewing.link("/account")
                + (viewing.link("/account").contains("?") ? "&" : "?") + "changed";
    }

    private @Nullable Problem problem(ConsoleUser user, String current, String fresh, String again) {
        if (fresh.length() < Users.PASSWORD_CHARS_MIN || fresh.length() > Users.PASSWORD_CHARS_MAX) {
            return new Problem(
                    "The new password has " + fresh.length() + " characters.",
                    "Your password is unchanged.",
                    "Choose one of " + Users.PASSWORD_CHARS_MIN + " to " + Users.PASSWORD_CHARS_MAX + " characters.");
        }
        if (!fresh.equals(again)) {
            return new Problem(
                    "The two new passwords differ.", "Your password is unchanged.", "Type the same one twice.");
        }
        try {
            if (users.withPassword(user.name(), current).isEmpty()) {
                return new Problem(
                        "The current password is wrong.",
                        "Your password is unchanged.",
                        "Type the one you signed in with.");
            }
            users.changePassword(user.name(), fresh);
            return null;
        } catch (DataAccessException | TransactionException e) {
            return new Problem(
                    "The console's database does not answer.",
                    "Your password is unchanged. Your sites are served as before.",
                    "Try again in a minute.");
        }
    }

    private void endOtherSessions(ConsoleUser user, String own) {
        sessions.getAllSessions(user, false).stream()
                .filter(session -> !session.getSessionId().equals(own))
                .forEach(SessionInformation::expireNow);
    }
}
