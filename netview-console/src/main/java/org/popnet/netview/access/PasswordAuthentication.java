package org.popnet.netview.access;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.account.ConsoleUser;
import org.popnet.netview.account.Users;
import org.springframework.dao.DataAccessException;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Checks a name and a password. Whether a name exists shows neither in the answer nor in the time it takes: an unknown
 * one costs the same hash. At most a few hashes are computed at once, since each takes tens of milliseconds and 16 MiB.
 */
@Component
final class PasswordAuthentication implements AuthenticationProvider {
    private static final int HASHES_AT_ONCE_MAX = 2;
    private static final Duration WAIT_MAX = Duration.ofSeconds(5);
    private static final int PASSWORD_CHARS_MAX = 200;

    private final Users users;
    private final LoginThrottle throttle;
    private final Semaphore hashing = new Semaphore(HASHES_AT_ONCE_MAX, true);

    PasswordAuthentication(Users users, LoginThrottle throttle) {
        this.users = users;
        this.throttle = throttle;
    }

    @Override
    public Authentication authenticate(Authentication request) {
        String name = request.getName();
        String address = String.valueOf(request.getDetails());
        String password = String.valueOf(request.getCredentials());
        throttle.remaining(name, address).ifPresent(wait -> {
            throw new LockedException("try again in " + Math.max(1, wait.toSeconds()) + " s");
        });
        throttle.attempted(name, address);
        ConsoleUser user = checked(name, password);
        if (user == null) {
            throw new BadCredentialsException("wrong name or password");
        }
        throttle.succeeded(name, address);
        return UsernamePasswordAuthenticationToken.authenticated(user, null, List.of(user.role()));
    }

    private @Nullable ConsoleUser checked(String name, String password) {
        boolean admitted = false;
        try {
            admitted = hashing.tryAcquire(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS);
            if (!admitted) {
                throw new AuthenticationServiceException("too many people are signing in at once");
            }
            Optional<ConsoleUser> user =
                    password.length() > PASSWORD_CHARS_MAX ? Optional.empty() : users.withPassword(name, password);
            return user.orElse(null);
        } catch (DataAccessException | TransactionException e) {
            throw new AuthenticationServiceException("the console's database does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AuthenticationServiceException("interrupted", e);
        } finally {
            if (admitted) {
                hashing.release();
            }
        }
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return authentication == UsernamePasswordAuthenticationToken.class;
    }
}
