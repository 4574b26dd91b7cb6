package org.popnet.platform.load;

import org.popnet.platform.message.Message.LoadReport;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /load}: the last second's load, for probes and people. */
@RestController
class LoadController {
    private final LoadReporter reporter;

    LoadController(LoadReporter reporter) {
        this.reporter = reporter;
    }

    @GetMapping("/load")
    LoadReport load() {
        return reporter.current();
    }
}
