package org.popnet.netview.account;

import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Lazy;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.security.crypto.password.DelegatingPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The console's users. Names are compared in lower case; passwords are kept as Argon2id hashes (RFC 9106). All methods
 * throw Spring's data access or transaction exceptions when the database is away.
 */
@Service
public class Users {
    /** The shortest password a user may choose. */
    public static final int PASSWORD_CHARS_MIN = 12;

    /** The longest; a bound on what is hashed. */
    public static final int PASSWORD_CHARS_MAX = 200;

    private final UserRepository repository;
    private final TransactionTemplate transactions;
    private final InstantSource clock;
    private final PasswordEncoder encoder = new DelegatingPasswordEncoder(
            "argon2", Map.of("argon2", Argon2PasswordEncoder.defaultsForSpringSecurity_v5_8()));
    private volatile @Nullable String decoy;

    @Autowired
    Users(@Lazy UserRepository repository, @Lazy TransactionTemplate transactions, InstantSource clock) {
        this.repository = repository;
        this.transactions = transactions;
        this.clock = clock;
    }

    /** The user of this name, if the password is right. Takes as long for a name that does not exist. */
    public Optional<ConsoleUser> withPassword(String name, String password) {
        Optional<UserRow> row = repository.findById(folded(name));
        boolean right = encoder.matches(password, row.map(UserRow::passwordHash).orElseGet(this::decoy));
        return right ? row.map(UserRow::user) : Optional.empty();
    }

    private String decoy() {
        String hash = decoy;
        if (hash == null) {
            hash = encode("a password that nobody has");
            decoy = hash;
        }
        return hash;
    }

    /** Gives the user a new password. */
    void changePassword(String name, String password) {
        String hash = encode(password);
        transactions.executeWithoutResult(
                status -> repository.findById(folded(name)).ifPresent(row -> {
                    row.setPassword(hash, clock.instant());
                    repository.save(row);
                }));
    }

    boolean none() {
        return repository.count() == 0;
    }

    /** Adds all of them or none. */
    void add(List<BootstrapUsers.Entry> entries) {
        decoy();
        List<UserRow> rows = entries.stream()
                .map(e -> new UserRow(e.user(), encode(e.password()), clock.instant()))
                .toList();
        transactions.executeWithoutResult(status -> rows.forEach(repository::save));
    }

    private String encode(String password) {
        String hash = encoder.encode(password);
        if (hash == null) {
            throw new IllegalStateException("no hash of a password");
        }
        return hash;
    }

    static String folded(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
