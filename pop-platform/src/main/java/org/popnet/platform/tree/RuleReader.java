package org.popnet.platform.tree;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads {@code rules}. A rule that extends none extends {@code default}, whatever the tree says that is. */
final class RuleReader {
    private static final List<String> KEYS = List.of(
            "extends",
            "ttl",
            "answers",
            "weights",
            "tolerance",
            "rise",
            "fall",
            "quorum",
            "persistence",
            "when-all-down",
            "overflow");
    private static final List<String> ELSEWHERE = List.of("cname");
    private static final List<String> WEIGHTS = List.of("latency", "response", "loss", "load", "cost");
    private static final String DEFAULT = SteeringRule.DEFAULT.name();

    private static final ScalarType<Duration> TTL =
            new ScalarType<>("whole seconds from 1s to 1d, such as 20s", text -> {
                Duration ttl = ScalarType.duration("1s", "1d").parse(text);
                return ttl != null && ttl.toMillisPart() == 0 ? ttl : null;
            });
    private static final ScalarType<Integer> ANSWERS = ScalarType.integer(1, 8);
    private static final ScalarType<Integer> TIMES = ScalarType.integer(1, 100);
    private static final ScalarType<Double> WEIGHT = ScalarType.decimal("a number from 0 to 1000000", 0, 1e6);
    private static final ScalarType<Double> SHARE = ScalarType.decimal("a number from 0 to 1", 0, 1);
    private static final ScalarType<Duration> TOLERANCE = ScalarType.duration("0ms", "10s");
    private static final ScalarType<Duration> PERSISTENCE = ScalarType.duration("0s", "30d");
    private static final ScalarType<SteeringRule.WhenAllDown> WHEN_ALL_DOWN =
            new ScalarType<>("one of all, last-good, none, servfail, {cname: name}", text -> switch (text) {
                case "all" -> SteeringRule.WhenAllDown.ALL;
                case "last-good" -> SteeringRule.WhenAllDown.LAST_GOOD;
                case "none" -> SteeringRule.WhenAllDown.NONE;
                case "servfail" -> SteeringRule.WhenAllDown.SERVFAIL;
                default -> null;
            });

    private final Map<String, SteeringRule> rules = new LinkedHashMap<>(Map.of(DEFAULT, SteeringRule.DEFAULT));
    private final Map<String, Section> sections = new LinkedHashMap<>();
    private final Deque<String> open = new ArrayDeque<>();
    private final CandidatesReader candidates;

    /** @param candidates reads what {@code overflow} names */
    RuleReader(CandidatesReader candidates) {
        this.candidates = candidates;
    }

    void read(Section section) {
        section.entries().forEach((name, value) -> {
            value.name(name);
            value.section(KEYS).ifPresent(s -> sections.put(name, s));
        });
        rules.remove(DEFAULT);
        Stream.concat(Stream.of(DEFAULT), sections.keySet().stream()).forEach(this::rule);
    }

    Map<String, SteeringRule> rules() {
        return rules;
    }

    Collection<String> names() {
        return Stream.concat(rules.keySet().stream(), sections.keySet().stream())
                .collect(Collectors.toSet());
    }

    private SteeringRule rule(String name) {
        SteeringRule known = rules.get(name);
        if (known != null) {
            return known;
        }
        open.push(name);
        Section section = sections.get(name);
        SteeringRule rule = section == null ? SteeringRule.DEFAULT : over(base(name, section), name, section);
        open.pop();
        rules.put(name, rule);
        return rule;
    }

    private SteeringRule base(String name, Section section) {
        Optional<Value> at = section.find("extends");
        Optional<String> parent = at.flatMap(v -> v.as(ScalarType.LABEL));
        if (at.isEmpty() || parent.isEmpty()) {
            return name.equals(DEFAULT) ? SteeringRule.DEFAULT : rule(DEFAULT);
        }
        if (open.contains(parent.get())) {
            at.get().wrong("'" + parent.get() + "' extends this rule in turn: rules must not go in a circle");
            return SteeringRule.DEFAULT;
        }
        if (name.equals(DEFAULT)) {
            at.get().wrong("'" + parent.get() + "': the rule 'default' must extend none; the others extend it");
            return SteeringRule.DEFAULT;
        }
        if (!parent.get().equals(DEFAULT) && !sections.containsKey(parent.get())) {
            noSuchRule(at.get(), parent.get());
            return rule(DEFAULT);
        }
        return rule(parent.get());
    }

    void noSuchRule(Value at, String name) {
        at.wrong("'" + name + "': no such rule; must be one under 'rules'" + NearMiss.hint(name, names()));
    }

    private SteeringRule over(SteeringRule base, String name, Section s) {
        Optional<Value> allDown = s.find("when-all-down");
        Optional<String> downHost = allDown.isEmpty() ? base.downHost() : allDown.flatMap(RuleReader::host);
        SteeringRule.WhenAllDown whenAllDown = downHost.isPresent()
                ? SteeringRule.WhenAllDown.CNAME
                : allDown.filter(v -> !v.isMapping())
                        .flatMap(v -> v.as(WHEN_ALL_DOWN))
                        .orElse(allDown.isPresent() ? SteeringRule.WhenAllDown.ALL : base.whenAllDown());
        return new SteeringRule(
                name,
                s.find("ttl", TTL, base.ttl()),
                s.find("answers", ANSWERS, base.answers()),
                s.find("weights")
                        .flatMap(v -> v.section(WEIGHTS))
                        .map(w -> weights(w, base.weights()))
                        .orElse(base.weights()),
                s.find("tolerance", TOLERANCE, base.tolerance()),
                s.find("rise", TIMES, base.rise()),
                s.find("fall", TIMES, base.fall()),
                s.find("quorum", SHARE, base.quorum()),
                s.find("persistence", PERSISTENCE, base.persistence()),
                whenAllDown,
                downHost,
                s.find("overflow").map(this::overflow).orElse(base.overflow()));
    }

    /** The name in {@code {cname: name}}; empty if it is no mapping, or a wrong one. */
    private static Optional<String> host(Value value) {
        return value.isMapping()
                ? value.section(ELSEWHERE).flatMap(s -> s.require("cname", ScalarType.HOST))
                : Optional.empty();
    }

    /** {@code none} takes back what the rule below says. */
    private Optional<SteeringRule.Overflow> overflow(Value value) {
        if (value.isMapping()) {
            return host(value).map(host -> new SteeringRule.Overflow(Optional.empty(), Optional.of(host)));
        }
        if (value.text().equals("none")) {
            return Optional.empty();
        }
        return candidates.read(value).map(c -> new SteeringRule.Overflow(Optional.of(c), Optional.empty()));
    }

    private static SteeringRule.Weights weights(Section s, SteeringRule.Weights base) {
        return new SteeringRule.Weights(
                s.find("latency", WEIGHT, base.latency()),
                s.find("response", WEIGHT, base.response()),
                s.find("loss", WEIGHT, base.loss()),
                s.find("load", WEIGHT, base.load()),
                s.find("cost", WEIGHT, base.cost()));
    }
}
