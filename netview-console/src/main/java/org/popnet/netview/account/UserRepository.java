package org.popnet.netview.account;

import java.util.Optional;
import org.springframework.data.repository.Repository;

interface UserRepository extends Repository<UserRow, String> {
    Optional<UserRow> findById(String name);

    UserRow save(UserRow user);

    long count();
}
