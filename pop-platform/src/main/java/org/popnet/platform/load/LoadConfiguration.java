package org.popnet.platform.load;

import java.util.List;
import java.util.Map;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.control.ControlRoute;
import org.popnet.platform.control.Role;
import org.popnet.platform.datagram.DatagramPort;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpMethod;

/**
 * What a content service imports to report its load: a {@link TrafficMeter} to feed, the {@link LoadReporter} and {@code
 * GET /load}. A {@link WatermarkSource} bean, if there is one, adds the flush watermarks, a {@link
 * RoundTripSource} how far clients are.
 */
@Configuration(proxyBeanMethods = false)
@Import(LoadController.class)
public class LoadConfiguration {
    @Bean
    TrafficMeter trafficMeter() {
        return new TrafficMeter(System::nanoTime);
    }

    @Bean
    LoadReporter loadReporter(
            TrafficMeter meter,
            ObjectProvider<WatermarkSource> watermarks,
            ObjectProvider<RoundTripSource> roundTrips,
            DatagramPort datagrams,
            CurrentTree tree) {
        return new LoadReporter(
                meter,
                () -> {
                    WatermarkSource source = watermarks.getIfAvailable();
                    return source == null ? Map.of() : source.watermarks();
                },
                max -> {
                    RoundTripSource source = roundTrips.getIfAvailable();
                    return source == null ? List.of() : source.next(max);
                },
                datagrams,
                tree);
    }

    @Bean
    ControlRoute loadRoute() {
        return ControlRoute.of(HttpMethod.GET, "/load", Role.PROBE, Role.OPERATOR);
    }
}
