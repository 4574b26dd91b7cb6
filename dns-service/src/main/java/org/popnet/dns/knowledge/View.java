package org.popnet.dns.knowledge;

import org.popnet.dns.steering.Latencies;
import org.popnet.dns.steering.TargetStates;
import org.popnet.dns.zone.ZoneSnapshot;

/**
 * All that one answer is made from, fitting together: the tree's names, the states of its targets, the measured
 * latencies, and which domains not all of their edges hold. Replaced as a whole, so that no answer comes from half of one
 * and half of another.
 */
public record View(ZoneSnapshot zone, TargetStates states, Latencies latencies, HeldDomains held) {}
