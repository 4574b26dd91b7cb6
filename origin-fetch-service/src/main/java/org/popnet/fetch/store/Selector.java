package org.popnet.fetch.store;

import java.util.List;
import java.util.function.Predicate;
import org.popnet.platform.flush.FlushOrder;

/** What a flush order selects. */
public final class Selector {
    private final FlushOrder order;
    private final Predicate<String> target;

    private Selector(FlushOrder order, Predicate<String> target) {
        this.order = order;
        this.target = target;
    }

    public static Selector of(FlushOrder order) {
        String value = order.value();
        return new Selector(
                order,
                switch (order.kind()) {
                    case URL -> value::equals;
                    case PREFIX -> t -> t.startsWith(value);
                    case WILDCARD -> wildcard(value);
                    case TAG, ALL -> t -> true;
                });
    }

    /** {@code *} stands for any characters. Linear in text × stars, whatever the pattern. */
    private static Predicate<String> wildcard(String pattern) {
        // The first place of each part in turn is enough, so nothing backtracks.
        String[] parts = pattern.split("\\*", -1);
        return text -> {
            if (parts.length == 1) {
                return text.equals(pattern);
            }
            String last = parts[parts.length - 1];
            if (!text.startsWith(parts[0])) {
                return false;
            }
            int at = parts[0].length();
            for (int i = 1; i < parts.length - 1; i++) {
                int found = text.indexOf(parts[i], at);
                if (found < 0) {
                    return false;
                }
                at = found + parts[i].length();
            }
            return text.length() - last.length() >= at && text.endsWith(last);
        };
    }

    public boolean isOf(String site) {
        return order.site().equals(site);
    }

    /** Whether this response is selected. */
    public boolean selects(ObjectKey key, List<String> tags) {
        return mightSelect(key) && (order.kind() != FlushOrder.Kind.TAG || tags.contains(order.value()));
    }

    /** Whether a response of which only the key is known could be selected. */
    public boolean mightSelect(ObjectKey key) {
        return isOf(key.site()) && target.test(key.target());
    }

    @Override
    public String toString() {
        return order.toString();
    }
}
