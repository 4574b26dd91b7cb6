package org.popnet.local.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a test needs of the machine: {@code root}, {@code nft}, {@code browser}, {@code docker}. Where that is missing the
 * test is skipped, by name; where the environment variable {@code POPNET_REQUIRE} lists it, the test fails instead.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresCondition.class)
public @interface Requires {
    String[] value();
}
