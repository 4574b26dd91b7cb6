package org.popnet.fetch.serve;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;

/** Takes lists of what to fetch ahead, from whoever crawls a site, and tells how far they have come. */
@RestController
final class PrefetchController {
    private final Prefetcher prefetcher;

    PrefetchController(Prefetcher prefetcher) {
        this.prefetcher = prefetcher;
    }

    @PostMapping("/prefetches")
    @ResponseStatus(HttpStatus.ACCEPTED)
    PrefetchProgress begin(@RequestBody PrefetchOrder order) {
        try {
            return prefetcher.begin(order);
        } catch (IllegalArgumentException e) {
            throw refused(HttpStatus.UNPROCESSABLE_CONTENT, e);
        } catch (Prefetcher.BusyException e) {
            throw refused(HttpStatus.TOO_MANY_REQUESTS, e);
        }
    }

    @GetMapping("/prefetches/{id}")
    PrefetchProgress progress(@PathVariable String id) {
        PrefetchProgress progress = prefetcher.progress(id);
        if (progress == null) {
            throw refused(HttpStatus.NOT_FOUND, new IllegalArgumentException("no list " + id + ", or not any more"));
        }
        return progress;
    }

    /** Says what an order looks like; what the parser missed follows. */
    @ExceptionHandler(HttpMessageNotReadableException.class)
    ProblemDetail unreadable(HttpMessageNotReadableException e) {
        String cause = e.getCause() instanceof JacksonException json ? json.getOriginalMessage() : "no JSON";
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.BAD_REQUEST,
                "the body must be {site, targets, requestsPerSecond, bytesPerSecond, bytesMax} in JSON: " + cause);
    }

    private static ErrorResponseException refused(HttpStatus status, RuntimeException why) {
        return new ErrorResponseException(
                status, ProblemDetail.forStatusAndDetail(status, String.valueOf(why.getMessage())), why);
    }
}
