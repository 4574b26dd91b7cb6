package org.popnet.platform.load;

import java.util.List;
import org.popnet.platform.message.Message.ClientRoundTrip;

/** How far clients are from this node, as their own connections show; a bean of it lets load reports carry that. */
@FunctionalInterface
public interface RoundTripSource {
    /** What has been measured since it was told last, the longest waiting first, this many at most. */
    List<ClientRoundTrip> next(int max);
}
