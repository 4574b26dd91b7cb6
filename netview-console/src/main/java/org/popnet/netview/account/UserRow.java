package org.popnet.netview.account;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** A user as the database holds it. */
@Entity
@Table(name = "users")
@NullUnmarked // JPA makes it empty and fills it in
class UserRow {
    @Id
    private String name;

    @Column(name = "password_hash")
    private String passwordHash;

    @Enumerated(EnumType.STRING)
    private ConsoleRole role;

    private @Nullable String customer;

    @Column(name = "password_set_at")
    private Instant passwordSetAt;

    @Version
    private long version;

    protected UserRow() {}

    UserRow(ConsoleUser user, String passwordHash, Instant now) {
        this.name = user.name();
        this.role = user.role();
        this.customer = user.customer();
        this.passwordHash = passwordHash;
        this.passwordSetAt = now;
    }

    ConsoleUser user() {
        return new ConsoleUser(name, role, customer);
    }

    String passwordHash() {
        return passwordHash;
    }

    Instant passwordSetAt() {
        return passwordSetAt;
    }

    void setPassword(String hash, Instant now) {
        this.passwordHash = hash;
        this.passwordSetAt = now;
    }
}
