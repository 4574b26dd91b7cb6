package org.popnet.platform.flush;

import java.util.regex.Pattern;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Takes orders from the admin service. */
@RestController
final class FlushController {
    private static final Pattern SITE = Pattern.compile("[a-z0-9.-]{1,253}");
    private static final int VALUE_MAX = 2048;

    private final FlushApplier applier;

    FlushController(FlushApplier applier) {
        this.applier = applier;
    }

    @PostMapping("/flushes")
    FlushAcknowledgement apply(@RequestBody FlushOrder order) {
        if (order.site() == null || !SITE.matcher(order.site()).matches()) {
            throw refused("site '" + order.site() + "': must be a host name in lower case");
        }
        if (order.number() < 1) {
            throw refused("number " + order.number() + ": must be 1 or more");
        }
        if (order.kind() == null) {
            throw refused("kind is missing: must be one of URL, PREFIX, WILDCARD, TAG, ALL");
        }
        if (order.value() == null || order.value().length() > VALUE_MAX) {
            throw refused("value is missing or too long: must be text of " + VALUE_MAX + " characters at most");
        }
        return applier.apply(order);
    }

    private static ErrorResponseException refused(String detail) {
        HttpStatusCode status = HttpStatus.UNPROCESSABLE_CONTENT;
        return new ErrorResponseException(status, ProblemDetail.forStatusAndDetail(status, detail), null);
    }
}
