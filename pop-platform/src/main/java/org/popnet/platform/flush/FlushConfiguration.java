package org.popnet.platform.flush;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import org.popnet.platform.PlatformAutoConfiguration;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.control.ControlRoute;
import org.popnet.platform.control.Role;
import org.popnet.platform.settings.NodeSettings;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpMethod;

/** Gives a service that has a {@link FlushTarget} everything else that flushing needs. */
@AutoConfiguration(after = PlatformAutoConfiguration.class)
@ConditionalOnBean(FlushTarget.class)
public class FlushConfiguration {
    @Bean
    WatermarkJournal watermarkJournal(NodeSettings settings) throws IOException {
        return new WatermarkJournal(settings.stateDirectory().resolve("flush"));
    }

    @Bean
    FlushApplier flushWatermarks(
            NodeSettings settings,
            FlushTarget target,
            ControlHttp http,
            CurrentTree tree,
            WatermarkJournal journal,
            MeterRegistry meters) {
        return new FlushApplier(settings.node(), target, new AdminFlushLog(http, tree), journal, meters);
    }

    @Bean
    FlushCatchUp flushCatchUp(FlushApplier applier) {
        return new FlushCatchUp(applier);
    }

    @Bean
    FlushController flushController(FlushApplier applier) {
        return new FlushController(applier);
    }

    @Bean
    ControlRoute flushRoute() {
        return ControlRoute.of(HttpMethod.POST, "/flushes", Role.ADMIN);
    }
}
