package org.popnet.dns.explain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.knowledge.HeldDomains;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.TargetReport;
import org.popnet.dns.knowledge.TargetReport.VantagePointReport;
import org.popnet.dns.steering.Candidate;
import org.popnet.dns.steering.CandidateGroup;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.dns.steering.Trace;
import org.popnet.platform.message.TargetId;

/** Why candidates could not be chosen: which probes saw what, since when, or what they lack. */
final class Rejections {
    private final Knowledge knowledge;

    Rejections(Knowledge knowledge) {
        this.knowledge = knowledge;
    }

    /**
     * @param domain as the tree has it
     * @param groups who competed, of the family asked for
     * @param decided those that the decision left out
     */
    List<Trace.Rejected> of(
            SteeredDomain domain, CandidateGroup[] groups, boolean v6, HeldDomains held, List<Trace.Rejected> decided) {
        List<Trace.Rejected> all = new ArrayList<>();
        decided.forEach(rejected -> all.add(new Trace.Rejected(rejected.target(), detailed(rejected, v6))));
        Set<Long> competing = identities(groups).collect(Collectors.toSet());
        members(v6 ? domain.v6() : domain.v4())
                .filter(member -> !competing.contains(member.identity()))
                .forEach(member -> all.add(new Trace.Rejected(member.id().text(), rules(held, domain, member))));
        Set<Long> ofFamily = identities(v6 ? domain.v6() : domain.v4()).collect(Collectors.toSet());
        members(v6 ? domain.v4() : domain.v6())
                .filter(member -> !ofFamily.contains(member.identity()))
                .forEach(member -> all.add(new Trace.Rejected(
                        member.id().text(), "has no " + (v6 ? "IPv6" : "IPv4") + " address in the tree")));
        return all;
    }

    private static String rules(HeldDomains held, SteeredDomain domain, Candidate member) {
        String why = held.why(domain, member);
        return why == null ? "gives way to those that hold this domain" : why;
    }

    private static Stream<Candidate> members(CandidateGroup[] groups) {
        return Arrays.stream(groups).flatMap(group -> Arrays.stream(group.members()));
    }

    private static Stream<Long> identities(CandidateGroup[] groups) {
        return members(groups).map(Candidate::identity);
    }

    /** With what stands behind the reason: since when it is down and who saw what, or what it says of its load. */
    private String detailed(Trace.Rejected rejected, boolean v6) {
        TargetId target = new TargetId(rejected.target());
        if (rejected.reason().equals(Trace.DOWN)) {
            return down(target, v6);
        }
        TargetReport report = knowledge.target(target);
        Double load = report == null ? null : report.load();
        Long age = report == null ? null : report.loadAgeMs();
        return load == null || age == null
                ? rejected.reason()
                : String.format(
                        Locale.ROOT,
                        "%s; its own report: %.1f %% of its capacity, %s ago",
                        rejected.reason(),
                        100 * load,
                        duration(age));
    }

    /** Since when a server is down, and who saw what. */
    String down(TargetId target, boolean v6) {
        TargetReport report = verdict(target, v6);
        if (report == null) {
            return Trace.DOWN;
        }
        String since = report.stateForMs() == null ? "" : " for " + duration(report.stateForMs());
        List<String> failing = report.vantagePoints().stream()
                .map(Rejections::saw)
                .flatMap(Stream::ofNullable)
                .toList();
        return failing.isEmpty()
                ? "down" + since + ": the last verdict, no probe has reported since"
                : "down" + since + ": " + String.join("; ", failing);
    }

    /** Of the address asked for, if anybody has judged that. */
    private @Nullable TargetReport verdict(TargetId target, boolean v6) {
        TargetReport second = v6 ? knowledge.target(target.overIpv6()) : null;
        return second == null || second.stateForMs() == null ? knowledge.target(target) : second;
    }

    private static @Nullable String saw(VantagePointReport point) {
        String reason = point.reason();
        if (Boolean.TRUE.equals(point.up()) && reason == null) {
            return point.probe() + " sees it up";
        }
        return reason == null ? null : point.probe() + " saw “" + reason + "” " + duration(point.ageMs()) + " ago";
    }

    /** {@code 0.4 s}, {@code 12 s}, {@code 5 min}, {@code 3 h}. */
    static String duration(long ms) {
        if (ms < 10_000) {
            return String.format(Locale.ROOT, "%.1f s", ms / 1000.0);
        }
        long seconds = ms / 1000;
        return seconds < 120 ? seconds + " s" : seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h";
    }
}
