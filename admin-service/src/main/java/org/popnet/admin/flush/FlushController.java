package org.popnet.admin.flush;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.net.URI;
import java.security.Principal;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.flush.FlushOrder;
import org.popnet.platform.flush.SiteWatermarks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.TransactionException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Flushes over HTTP: for the console and the command line, and the history for nodes that catch up. */
@RestController
class FlushController {
    private static final Logger log = LoggerFactory.getLogger(FlushController.class);
    private static final int LIMIT_MAX = 1000;

    private final Flushes flushes;

    FlushController(Flushes flushes) {
        this.flushes = flushes;
    }

    @Operation(summary = "Remove content from every POP", description = "Answers at once; GET shows the progress.")
    @ApiResponse(responseCode = "202", description = "recorded, and on its way")
    @ApiResponse(responseCode = "404", description = "no such site in the tree")
    @ApiResponse(responseCode = "422", description = "a value that is not allowed; the detail says what is")
    @PostMapping("/flushes")
    ResponseEntity<FlushView> request(@RequestBody FlushRequest request, @Nullable Principal principal) {
        String site = request.site() == null ? "" : request.site().toLowerCase(Locale.ROOT);
        requireSite(site);
        request.problem().ifPresent(problem -> {
            throw problem(HttpStatus.UNPROCESSABLE_CONTENT, problem);
        });
        FlushOrder.Kind kind = request.parsedKind().orElseThrow();
        String by = request.requestedBy() == null ? "" : request.requestedBy();
        String via = principal == null ? "" : principal.getName();
        FlushView view = FlushView.of(flushes.request(site, kind, request.text(), by, via));
        return ResponseEntity.accepted()
                .location(URI.create("/flushes/" + view.site() + "/" + view.number()))
                .body(view);
    }

    @Operation(summary = "One flush with its receipts, as they are now")
    @GetMapping("/flushes/{site}/{number}")
    FlushView flush(@PathVariable String site, @PathVariable long number) {
        return flushes.ledger()
                .find(site, number)
                .map(FlushView::of)
                .orElseThrow(
                        () -> problem(HttpStatus.NOT_FOUND, "no flush " + number + " of site '" + cut(site) + "'"));
    }

    @Operation(
            summary = "A site's flushes, newest last",
            description = "With `after` the first ones after that number; without it the last ones.")
    @GetMapping("/flushes")
    List<FlushView> flushes(
            @RequestParam String site,
            @RequestParam(required = false) @Nullable Long after,
            @RequestParam(defaultValue = "100") int limit) {
        if (limit < 1 || limit > LIMIT_MAX) {
            throw problem(HttpStatus.UNPROCESSABLE_CONTENT, "limit " + limit + ": must be 1 to " + LIMIT_MAX);
        }
        List<FlushLedger.Entry> found = after == null
                ? flushes.ledger().last(site, limit)
                : flushes.ledger().after(site, after, limit);
        return found.stream().map(FlushView::of).toList();
    }

    @Operation(summary = "The number of the last flush of every site that was ever flushed")
    @GetMapping("/flushes/watermarks")
    SiteWatermarks watermarks() {
        return new SiteWatermarks(flushes.ledger().watermarks());
    }

    /** Nothing is sent that is not recorded, so this is safe to repeat. */
    @ExceptionHandler({DataAccessException.class, TransactionException.class})
    ErrorResponse ledgerAway(RuntimeException e) {
        log.error("the flush ledger cannot be used: {}", e.toString());
        return problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "the record of flushes (PostgreSQL) cannot be reached, and nothing was flushed: try again");
    }

    private void requireSite(String site) {
        if (!flushes.knows(site)) {
            throw problem(
                    HttpStatus.NOT_FOUND,
                    "no site '" + cut(site) + "': must be a domain that the tree lists for a customer");
        }
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(text.length(), 253));
    }

    private static ErrorResponseException problem(HttpStatus status, String detail) {
        return new ErrorResponseException(status, ProblemDetail.forStatusAndDetail(status, detail), null);
    }
}
