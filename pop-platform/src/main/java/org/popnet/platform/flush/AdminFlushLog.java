package org.popnet.platform.flush;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.control.ControlException;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Service;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the history from the first admin service of the tree that answers. */
final class AdminFlushLog implements FlushLog {
    private static final Logger log = LoggerFactory.getLogger(AdminFlushLog.class);

    private final ControlHttp http;
    private final CurrentTree tree;

    AdminFlushLog(ControlHttp http, CurrentTree tree) {
        this.http = http;
        this.tree = tree;
    }

    @Override
    public Optional<Map<String, Long>> watermarks() {
        return ask(admin ->
                http.get(admin, "/flushes/watermarks", SiteWatermarks.class).sites());
    }

    @Override
    public Optional<List<FlushOrder>> after(String site, long number) {
        String query = "/flushes?site=" + site + "&after=" + number + "&limit=" + FlushApplier.CATCH_UP_MAX;
        return ask(admin -> Arrays.asList(http.get(admin, query, FlushOrder[].class)));
    }

    private <T> Optional<T> ask(Function<Node, T> question) {
        for (Node admin : tree.get().tree().nodes(Service.ADMIN).toList()) {
            try {
                return Optional.of(question.apply(admin));
            } catch (ControlException e) {
                log.info("no flush history from {}: {}", admin.name(), e.getMessage());
            }
        }
        return Optional.empty();
    }
}
