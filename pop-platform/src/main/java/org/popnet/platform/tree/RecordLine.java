package org.popnet.platform.tree;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.NameTooLongException;
import org.xbill.DNS.Record;
import org.xbill.DNS.TTL;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Tokenizer;
import org.xbill.DNS.Type;

/**
 * Reads one line of a zone file (RFC 1035, 5.1): {@code owner [ttl] [IN] type data}. A line that begins with a blank has
 * the owner of the line before; a name without a trailing dot is below the zone, {@code @} is the zone itself.
 */
final class RecordLine {
    static final int TTL_SECONDS_MAX = 604_800;
    static final int DATA_BYTES_MAX = 4096;
    private static final String NAME_FORM = "a name, with a dot at its end if it lies outside the zone, such as ";
    /** What the data of each type must be, in the order in which the types are told to people. */
    private static final Map<Integer, String> FORMS = new LinkedHashMap<>();

    static {
        FORMS.put(Type.A, "an IPv4 address, such as 192.0.2.1");
        FORMS.put(Type.AAAA, "an IPv6 address, such as 2001:db8::1");
        FORMS.put(Type.CNAME, NAME_FORM + "www.other.example.");
        FORMS.put(Type.MX, "a preference and a name, such as 10 mail");
        FORMS.put(Type.TXT, "strings of 255 characters at most each, such as \"v=spf1 mx\" \" -all\"");
        FORMS.put(Type.CAA, "flags, a tag and a value, such as 0 issue \"ca.example\"");
        FORMS.put(Type.SRV, "priority, weight, port and a name, such as 1 2 5060 sip");
        FORMS.put(Type.PTR, NAME_FORM + "mail.other.example.");
        FORMS.put(Type.NS, NAME_FORM + "ns.other.example.");
        FORMS.put(Type.HTTPS, "a priority, a name and parameters, such as 1 . alpn=h2 port=8443");
        FORMS.put(Type.SVCB, "a priority, a name and parameters, such as 1 dns alpn=dot");
        FORMS.put(
                Type.NAPTR,
                "order, preference, three strings and a name, such as 1 1 \"s\" \"SIP+D2U\" \"\" _sip._udp");
        FORMS.put(Type.SSHFP, "algorithm, kind of fingerprint and the fingerprint, such as 4 2 0123abcd…");
        FORMS.put(Type.TLSA, "usage, selector, matching type and the data, such as 3 1 1 0123abcd…");
    }

    private static final String ALLOWED =
            FORMS.keySet().stream().map(Type::string).collect(Collectors.joining(", "));

    private final Name zone;
    private final long ttlOtherwise;
    private @Nullable Name owner;

    /** A line that is none; the message says what came and what is allowed. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    /** @param ttlOtherwise for lines that name no TTL, in seconds */
    RecordLine(Name zone, long ttlOtherwise) {
        this.zone = zone;
        this.ttlOtherwise = ttlOtherwise;
    }

    /** The record of the next line of the zone; empty for a blank line or a comment. */
    Optional<Record> read(String line) throws Malformed {
        if (line.stripLeading().startsWith("$")) {
            throw new Malformed(
                    "'" + Value.shown(line.strip())
                            + "': directives are not read; names are relative to the zone, the default TTL is the zone's 'ttl'");
        }
        try (Tokenizer tokens = new Tokenizer(line)) {
            Tokenizer.Token first = tokens.get(true, false);
            if (first.type() == Tokenizer.WHITESPACE) {
                first = tokens.get();
                if (first.isEOL()) {
                    return Optional.empty();
                }
                tokens.unget();
            } else if (first.isEOL()) {
                return Optional.empty();
            } else {
                owner = name(first.value());
            }
            if (owner == null) {
                throw new Malformed("the first line begins with a blank: must begin with the record's name, or '@'");
            }
            return Optional.of(record(owner, tokens));
        } catch (IOException | IllegalArgumentException e) {
            throw new Malformed("'" + Value.shown(line.strip()) + "': " + reason(e));
        }
    }

    private Name name(String text) throws Malformed, TextParseException {
        Name name = Name.fromString(text, zone);
        if (!name.subdomain(zone)) {
            throw new Malformed("'" + Value.shown(text) + "' lies outside the zone " + zone.toString(true)
                    + ": must be a name in it");
        }
        if (doubled(name)) {
            throw new Malformed(missingDot(text));
        }
        for (int label = 0; label < name.labels(); label++) {
            String part = name.getLabelString(label);
            if (part.indexOf('*') >= 0 && (label > 0 || part.length() > 1)) {
                throw new Malformed("'" + Value.shown(text) + "': '*' must be the whole first label of a name");
            }
        }
        return name;
    }

    private Record record(Name at, Tokenizer tokens) throws IOException, Malformed {
        long ttl = ttlOtherwise;
        String word = tokens.getString();
        for (int i = 0; i < 2; i++) {
            if (Character.isDigit(word.charAt(0))) {
                ttl = ttl(word);
                word = tokens.getString();
            } else if (word.equalsIgnoreCase("IN")) {
                word = tokens.getString();
            }
        }
        int type = Type.value(word.toUpperCase(Locale.ROOT));
        if (type == Type.SOA) {
            throw new Malformed(
                    "an SOA record: must be left out, the network writes it, with the generation as serial");
        }
        String form = FORMS.get(type);
        if (form == null) {
            throw new Malformed("type '" + Value.shown(word) + "': must be one of " + ALLOWED);
        }
        Record record;
        try {
            record = Record.fromString(at, type, DClass.IN, ttl, tokens, zone);
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(reason(e) + "; " + Type.string(type) + " must have " + form, e);
        }
        int bytes = record.rdataToWireCanonical().length;
        if (bytes > DATA_BYTES_MAX) {
            throw new Malformed("a record of " + bytes + " bytes: must be " + DATA_BYTES_MAX + " at most");
        }
        Name target = Targets.of(record);
        if (target != null && doubled(target)) {
            throw new Malformed(missingDot(zone.toString(true)));
        }
        return record;
    }

    private static long ttl(String word) throws Malformed {
        long ttl;
        try {
            ttl = TTL.parseTTL(word);
        } catch (NumberFormatException e) {
            ttl = -1;
        }
        if (ttl < 0 || ttl > TTL_SECONDS_MAX) {
            throw new Malformed("TTL '" + Value.shown(word) + "': must be 0 to " + TTL_SECONDS_MAX
                    + " seconds, or such as 5m or 1h");
        }
        return ttl;
    }

    /** Whether the zone stands twice at the end of a name: the mark of a forgotten dot. */
    private boolean doubled(Name name) {
        if (name.labels() < 2 * zone.labels() - 1) {
            return false;
        }
        try {
            return name.subdomain(Name.concatenate(zone.relativize(Name.root), zone));
        } catch (NameTooLongException e) {
            return false;
        }
    }

    private String missingDot(String text) {
        return "'" + Value.shown(text) + "' without a dot at its end would be "
                + Value.shown(text.endsWith(zone.toString(true)) ? text : "…" + zone.toString(true)) + "."
                + zone.toString(true) + ": must end with a dot, or be relative to the zone";
    }

    /** What dnsjava says, without the name of a file that there is none of. */
    private static String reason(Exception e) {
        return String.valueOf(e.getMessage()).replaceFirst("^<none>:\\d+: ", "");
    }
}
