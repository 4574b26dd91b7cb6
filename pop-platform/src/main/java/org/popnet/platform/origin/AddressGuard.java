package org.popnet.platform.origin;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.tree.Cidr;
import org.popnet.platform.tree.Customer;

/**
 * Which addresses a node may connect to on behalf of a customer: the customer's own servers as the tree lists them,
 * address and port, and nothing else. Pure: it resolves no names, so nothing can change between check and connect; whoever
 * connects checks the very address that it hands to the socket.
 */
public final class AddressGuard {
    /** Prefixes whose addresses carry an IPv4 address or lead elsewhere than they seem to. */
    private static final Cidr[] TRANSLATED = {
        Cidr.parse("64:ff9b::/96"), // NAT64, RFC 6052
        Cidr.parse("64:ff9b:1::/48"), // local-use NAT64, RFC 8215
        Cidr.parse("2002::/16"), // 6to4, RFC 3056
        Cidr.parse("2001::/32"), // Teredo, RFC 4380
        Cidr.parse("::/96"), // IPv4-compatible, RFC 4291
    };

    private static final Cidr[] NOT_PUBLIC = {
        Cidr.parse("0.0.0.0/8"),
        Cidr.parse("10.0.0.0/8"),
        Cidr.parse("100.64.0.0/10"), // shared, RFC 6598
        Cidr.parse("172.16.0.0/12"),
        Cidr.parse("192.0.0.0/24"),
        Cidr.parse("192.168.0.0/16"),
        Cidr.parse("198.18.0.0/15"), // benchmarks, RFC 2544
        Cidr.parse("240.0.0.0/4"),
        Cidr.parse("fc00::/7"), // unique local, RFC 4193
    };

    private AddressGuard() {}

    /** Why an address was refused; a metric's tag and a log line's word. */
    public enum Refusal {
        LOOPBACK,
        LINK_LOCAL,
        PRIVATE,
        UNSPECIFIED,
        MULTICAST,
        /** an IPv6 form of some IPv4 address: NAT64, 6to4, Teredo, IPv4-compatible */
        TRANSLATED,
        /** a public address, but none of this customer's servers */
        NOT_LISTED
    }

    /**
     * Whether a connection to this address may be made for this customer: one of the customer's own servers as the tree
     * lists them. Everything else is refused, above all private, loopback and link-local addresses in any spelling.
     */
    public static boolean admits(Customer customer, InetAddress address, int port) {
        return customer.servers().values().stream()
                .anyMatch(s -> s.port() == port && s.addresses().contains(address));
    }

    /** Why this address is refused for this customer; empty if it is admitted. */
    public static Optional<Refusal> refusal(Customer customer, InetAddress address, int port) {
        return admits(customer, address, port) ? Optional.empty() : Optional.of(classify(address));
    }

    /**
     * Whether a URL that a customer's server or page names (a redirect, a link) may be fetched for this customer. Its
     * host is either one of the customer's own domains or their origin hosts, which are always fetched from the
     * customer's listed servers whatever DNS says of the name; or the canonical spelling of a listed address with its
     * port. Octal, hexadecimal, shortened and decimal spellings of addresses, user information and schemes other than
     * http and https are refused.
     */
    public static boolean admits(Customer customer, URI url) {
        String scheme = url.getScheme();
        String host = url.getHost();
        if (scheme == null || host == null || url.getRawUserInfo() != null) {
            return false;
        }
        boolean https = scheme.equalsIgnoreCase("https");
        if (!https && !scheme.equalsIgnoreCase("http")) {
            return false;
        }
        InetAddress literal = canonicalLiteral(host);
        if (literal != null) {
            return admits(customer, literal, url.getPort() != -1 ? url.getPort() : https ? 443 : 80);
        }
        String name = host.toLowerCase(Locale.ROOT);
        return customer.domains().values().stream()
                .anyMatch(d -> d.name().equals(name) || d.originHost().equals(name));
    }

    /** The address, if the text is its one usual spelling; IPv6 in brackets, as in a URL. */
    private static @Nullable InetAddress canonicalLiteral(String host) {
        try {
            if (host.startsWith("[") && host.endsWith("]")) {
                return InetAddress.ofLiteral(host.substring(1, host.length() - 1));
            }
            InetAddress address = InetAddress.ofLiteral(host);
            return address instanceof Inet4Address && address.getHostAddress().equals(host) ? address : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static Refusal classify(InetAddress address) {
        if (address.isAnyLocalAddress()) {
            return Refusal.UNSPECIFIED;
        }
        if (address.isLoopbackAddress()) {
            return Refusal.LOOPBACK;
        }
        if (address.isLinkLocalAddress()) {
            return Refusal.LINK_LOCAL;
        }
        if (address.isMulticastAddress()) {
            return Refusal.MULTICAST;
        }
        if (address.isSiteLocalAddress() || inAny(NOT_PUBLIC, address)) {
            return Refusal.PRIVATE;
        }
        return inAny(TRANSLATED, address) ? Refusal.TRANSLATED : Refusal.NOT_LISTED;
    }

    private static boolean inAny(Cidr[] prefixes, InetAddress address) {
        for (Cidr prefix : prefixes) {
            if (prefix.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
