package org.popnet.log.audience;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What is told of those who ask.
 *
 * @param countryDatabase a database in MaxMind's format that gives countries of addresses (GeoLite2 Country and the
 *     like), read into memory at start and again within a minute when it has changed; none by default, then no
 *     countries are counted. None is shipped: their licences are between the operator and whoever makes them.
 */
@ConfigurationProperties(prefix = "popnet.audience", ignoreUnknownFields = false)
public record AudienceSettings(@Nullable Path countryDatabase) {}
