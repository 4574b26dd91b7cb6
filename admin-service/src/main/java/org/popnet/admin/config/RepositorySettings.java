package org.popnet.admin.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the configuration is.
 *
 * @param directory the git working copy (or bare repository) that administrators commit to; no default, because a
 *     network has exactly one
 * @param branch what counts in it; {@code main}
 */
@ConfigurationProperties(prefix = "popnet.admin.repository", ignoreUnknownFields = false)
public record RepositorySettings(
        @Nullable Path directory, @DefaultValue("main") String branch) {
    public RepositorySettings {
        if (directory == null) {
            throw new IllegalArgumentException(
                    "popnet.admin.repository.directory is missing: must be the git working copy with network.yml");
        }
        if (!branch.matches("[A-Za-z0-9._-]{1,100}")) {
            throw new IllegalArgumentException("popnet.admin.repository.branch '" + branch
                    + "': must be a branch's name of 1 to 100 of letters, digits, '.', '_' and '-'");
        }
    }
}
