package org.popnet.platform.agent;

import java.time.Duration;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.InvalidTreeException;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The tree of a config source: {@code GET /tree} hands it out, at once or when it has become newer than {@code after};
 * {@code PUT /tree} replaces it.
 */
@RestController
class TreeController {
    static final String NUMBER = "Popnet-Generation";
    static final String COMMIT = "Popnet-Commit";
    static final String SHA256 = "Popnet-Sha256";
    private static final MediaType YAML = MediaType.parseMediaType("application/yaml;charset=UTF-8");
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);
    private static final int TREE_BYTES_MAX = 16 << 20;

    private final TreeAgent agent;

    TreeController(TreeAgent agent) {
        this.agent = agent;
    }

    /**
     * @param after answers only a generation above this number, 304 if there is none in time
     * @param waitMs how long to wait for one, 0 to 60,000
     */
    @GetMapping("/tree")
    ResponseEntity<String> get(
            @RequestParam(defaultValue = "0") long after,
            @RequestParam(name = "wait-ms", defaultValue = "0") long waitMs)
            throws InterruptedException {
        Duration wait = Duration.ofMillis(Math.clamp(waitMs, 0, WAIT_MAX.toMillis()));
        ActiveTree tree = agent.awaitAbove(after, wait);
        Generation generation = tree.generation();
        if (generation.number() <= after) {
            return ResponseEntity.status(HttpStatus.NOT_MODIFIED).build();
        }
        return ResponseEntity.ok()
                .contentType(YAML)
                .eTag(generation.sha256())
                .header(NUMBER, Long.toString(generation.number()))
                .header(COMMIT, generation.commit())
                .header(SHA256, generation.sha256())
                .body(tree.text());
    }

    @PutMapping("/tree")
    ResponseEntity<Void> put(
            @RequestHeader(NUMBER) long number,
            @RequestHeader(COMMIT) String commit,
            @RequestHeader(SHA256) String sha256,
            @RequestBody String text) {
        if (text.length() > TREE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "tree of " + text.length() + " characters: at most " + TREE_BYTES_MAX + " are taken");
        }
        agent.take(new FetchedTree(new Generation(number, commit, sha256), text));
        return ResponseEntity.noContent().build();
    }

    @ExceptionHandler
    ProblemDetail invalid(InvalidTreeException e) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.UNPROCESSABLE_CONTENT, e.getMessage());
        problem.setTitle("The tree is not valid");
        problem.setProperty("problems", e.problems());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail refused(TreeRefusedException e) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, e.getMessage());
        problem.setTitle("The tree is not taken");
        return problem;
    }

    @ExceptionHandler
    ProblemDetail malformed(IllegalArgumentException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, e.getMessage());
    }
}
