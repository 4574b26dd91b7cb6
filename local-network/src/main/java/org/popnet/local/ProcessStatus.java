package org.popnet.local;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.popnet.local.process.Health;
import org.popnet.local.process.ProcessSpec;
import tools.jackson.databind.json.JsonMapper;

/**
 * A line of {@code ./popnet status}, and an element of its JSON.
 *
 * @param pid null if it does not run
 * @param health {@code UP} or what is wrong
 * @param generation number of the tree it has activated; null for what has no tree
 */
public record ProcessStatus(
        String name,
        String pop,
        String service,
        @Nullable Long pid,
        String address,
        String health,
        @Nullable Long generation) {

    /** @param pid null if it is not known here */
    static ProcessStatus of(ProcessSpec spec, @Nullable Long pid, Health health) {
        OptionalLong generation = health.generation();
        return new ProcessStatus(
                spec.name(),
                spec.pop(),
                spec.service(),
                pid,
                spec.address().getHostAddress(),
                health.state(),
                generation.isPresent() ? generation.getAsLong() : null);
    }

    @JsonIgnore
    public boolean isUp() {
        return health.equals("UP");
    }

    /** The array that {@code ./popnet status --json} prints. */
    public static String json(List<ProcessStatus> all) {
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(all);
    }
}
