package org.popnet.netview.page;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.account.ConsoleUser;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.NetworkTree;

/**
 * Who looks at what: one request's user, customer, domain and time, all checked against the tree and the user's rights.
 * Whoever holds one may see what it names; a page never takes a customer or a domain from anywhere else.
 *
 * @param domain the one domain looked at; null for all of the customer's
 * @param now the end of the range
 * @param zone the viewer's time zone as the browser told, else UTC
 * @param path the requested path, without query
 */
public record Viewing(
        ConsoleUser user,
        ActiveTree active,
        Customer customer,
        @Nullable Domain domain,
        TimeRange range,
        Instant now,
        ZoneId zone,
        String path) {

    public NetworkTree tree() {
        return active.tree();
    }

    /** The beginning of the range. */
    public Instant from() {
        return range.from(now);
    }

    public @Nullable String domainName() {
        return domain == null ? null : domain.name();
    }

    /** The customer's domains by name. */
    public Collection<Domain> domains() {
        return customer.domains().values();
    }

    /** The domains this page is about: the one picked, or all of the customer's. */
    public List<Domain> pickedDomains() {
        return domain != null ? List.of(domain) : List.copyOf(customer.domains().values());
    }

    /**
     * The customer's domain of this name.
     *
     * @throws NotFound if the customer has none, whoever else may
     */
    public Domain domainOf(String name) {
        Domain found = customer.domains().get(name);
        if (found == null) {
            throw new NotFound("domain " + name);
        }
        return found;
    }

    /** The customers this user may switch to; empty for whoever belongs to one. */
    public List<String> customers() {
        if (!user.role().isNetwork()) {
            return List.of();
        }
        List<String> names = new ArrayList<>(tree().customers().keySet());
        names.add(Customer.NETWORK);
        return names;
    }

    /** The address of another page for the same customer, domain and range. */
    public String link(String page) {
        return link(page, domainName(), range);
    }

    /** The address of this page with another range. */
    public String withRange(TimeRange other) {
        return link(pickerPath(), domainName(), other);
    }

    /** Where the pickers lead: the page itself, or its list when it is about one thing. */
    public String pickerPath() {
        int slash = path.indexOf('/', 1);
        return slash < 0 ? path : path.substring(0, slash);
    }

    private String link(String page, @Nullable String domainName, TimeRange wanted) {
        Map<String, String> query = new LinkedHashMap<>();
        if (user.role().isNetwork()) {
            query.put("customer", customer.name());
        }
        if (domainName != null) {
            query.put("domain", domainName);
        }
        if (wanted != TimeRange.DEFAULT) {
            query.put("range", wanted.key());
        }
        StringBuilder link = new StringBuilder(page);
        query.forEach((key, value) -> link.append(link.indexOf("?") < 0 ? '?' : '&')
                .append(key)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return link.toString();
    }
}
