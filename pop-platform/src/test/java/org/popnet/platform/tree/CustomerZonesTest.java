package org.popnet.platform.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Record;

/** Zones of customers in the tree: lines of a zone file, and what is wrong with them, said with the line. */
class CustomerZonesTest {
    private static final String TREE = """
            network: {zone: pop.example, administrators: [admin.hq]}
            push: {masters: [log.hq]}
            pops:
              hq:
                nodes:
                  admin.hq: {service: admin, address: 192.0.2.1}
                  log.hq: {service: log, address: 192.0.2.2}
                  edge.hq: {service: edge-cache, address: 192.0.2.3}
            log-servers: {log.hq: {manages: [ada, bob]}}
            customers:
              ada:
                servers: {one: {address: 203.0.113.1}}
                domains:
                  www.ada.example: {candidates: [pops]}
                zones:
                  ada.example:
                    ttl: 30m
                    records: |
            %s
              bob:
                servers: {one: {address: 203.0.113.2}}
                domains:
                  www.bob.example: {candidates: [pops]}
            """;
    private static final int FIRST_LINE = 19;

    private static NetworkTree parse(String records) {
        return TreeParser.parse("t", TREE.formatted(records.indent(12).stripTrailing()));
    }

    @Test
    void linesOfAZoneFileAreRead() {
        NetworkTree tree = parse("""
                ; mail
                @       MX    10 mail
                        TXT   "v=spf1 mx -all" "second; string"
                mail    5m IN A 192.0.2.25

                *.dyn   IN 60 AAAA 2001:db8::1
                ftp.ada.example. CNAME WWW   ; a comment
                lab     NS    ns.lab
                ns.lab  A     192.0.2.53
                @       HTTPS 1 . alpn=h2,h3
                @       CAA   0 issue "ca.example"
                """);
        CustomerZone zone = tree.customers().get("ada").zones().get("ada.example");
        assertThat(zone.records())
                .extracting(Record::toString)
                .extracting(text -> text.replaceAll("\\s+", " "))
                .containsExactly(
                        "ada.example. 1800 IN MX 10 mail.ada.example.",
                        "ada.example. 1800 IN TXT \"v=spf1 mx -all\" \"second; string\"",
                        "mail.ada.example. 300 IN A 192.0.2.25",
                        "*.dyn.ada.example. 60 IN AAAA 2001:db8:0:0:0:0:0:1",
                        "ftp.ada.example. 1800 IN CNAME WWW.ada.example.",
                        "lab.ada.example. 1800 IN NS ns.lab.ada.example.",
                        "ns.lab.ada.example. 1800 IN A 192.0.2.53",
                        "ada.example. 1800 IN HTTPS 1 . alpn=h2,h3",
                        "ada.example. 1800 IN CAA 0 issue \"ca.example\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            0 | mail A 192.0.2.256                    | 'mail A 192.0.2.256': Invalid address: 192.0.2.256; A must have an IPv4 address
            0 | mail A 2001:db8::25                   | 'mail A 2001:db8::25': Invalid address: 2001:db8::25; A must have an IPv4 address, such as 192.0.2.1
            0 | mail AAAA 192.0.2.25                  | 'mail AAAA 192.0.2.25': Invalid address: 192.0.2.25; AAAA must have an IPv6 address, such as 2001:db8::1
            0 | mail.bob.example. A 192.0.2.1         | lies outside the zone ada.example
            0 | mail.ada.example A 192.0.2.1          | 'mail.ada.example' without a dot at its end would be mail.ada.example.ada.example
            0 | @ MX 10 mail.ada.example              | without a dot at its end
            0 | @ SOA a b 1 2 3 4 5                   | an SOA record: must be left out
            0 | @ DNAME other.example.                | type 'DNAME': must be one of A, AAAA, CNAME
            0 | @ NS ns.other.example.                | NS at the top of the zone ada.example
            0 | @ CNAME other.example.                | a CNAME at the top of the zone
            0 | $INCLUDE /etc/passwd                  | directives are not read
            0 | a 8d A 192.0.2.1                      | TTL '8d': must be 0 to 604800
            0 | a* A 192.0.2.1                        | '*' must be the whole first label
            0 | www A 192.0.2.1                       | record 'www.ada.example A 192.0.2.1' at a steered domain (line 14)
            0 | www CNAME other.example.              | at a steered domain
            0 | *.x NS ns.other.example.              | NS at a wildcard
            0 | a A 192.0.2.1 192.0.2.2               | 'a A 192.0.2.1 192.0.2.2'
            1 | a A 192.0.2.1#a CNAME b               | CNAME at a.ada.example, which has other records
            0 | a CNAME b#b CNAME a                   | CNAME of a.ada.example leads back to it
            1 | a A 192.0.2.1#a 5m A 192.0.2.2        | TTL 300 of record 'a.ada.example A 192.0.2.2': must be 1800 as in line 19
            1 | a A 192.0.2.1#a A 192.0.2.1           | twice: stands in line 19 already
            0 | @ MX mail                             | expected an integer; MX must have a preference and a name, such as 10 mail
            0 | lab NS ns.lab                         | ns.lab.ada.example lies in what it is to answer for, and nobody could find it
            1 | ns.lab TXT no#lab NS ns.lab           | must have an address here (A or AAAA)
            1 | lab NS ns.lab#x.lab TXT no            | lies in lab.ada.example, which is delegated
            1 | lab NS ns.lab#lab TXT no              | lies in lab.ada.example, which is delegated
            1 | m CNAME n.example.#@ MX 1 m           | leads to m.ada.example, which is a CNAME
            """)
    void mistakeIsToldWithItsLine(int after, String records, String message) {
        InvalidTreeException refused =
                catchThrowableOfType(InvalidTreeException.class, () -> parse(records.replace('#', '\n')));
        assertThat(refused.problems()).anySatisfy(problem -> {
            assertThat(problem.message()).contains(message);
            assertThat(problem.line()).isEqualTo(FIRST_LINE + after);
        });
    }

    @Test
    void stringThatIsTooLongIsRefusedWithWhatIsAllowed() {
        InvalidTreeException refused =
                catchThrowableOfType(InvalidTreeException.class, () -> parse("t TXT \"" + "x".repeat(256) + "\""));
        assertThat(refused).hasMessageContaining("TXT must have strings of 255 characters at most each");
        parse("t TXT \"" + "x".repeat(255) + "\" \"" + "x".repeat(255) + "\"");
    }

    @Test
    void nameServerOfADelegationElsewhereNeedsNoAddressHere() {
        parse("lab NS ns.other.example.\nlab NS ns.lab\nns.lab AAAA 2001:db8::53\nbeside NS ns.lab");
    }

    @Test
    void zonesAndDomainsOfDifferentCustomersStayApart() {
        String valid = TREE.formatted("            @ TXT ok");
        assertThat(problems(valid.replace("www.bob.example", "www.ada.example")))
                .contains("domain 'www.ada.example' is claimed by ada");
        assertThat(problems(valid.replace("www.bob.example", "x.ada.example")))
                .contains("domain 'x.ada.example' lies in the zone ada.example of customer ada (line 16)");
        assertThat(problems(valid + "    zones: {ada.example: {}}\n")).contains("zone 'ada.example' is claimed by ada");
        assertThat(problems(valid + "    zones: {x.ada.example: {}}\n")).contains("must be written there");
        assertThat(problems(valid + "    zones: {x.pop.example: {}}\n")).contains("must be apart");
        assertThat(problems(valid + "    zones: {bob.example: {records: \"@ TXT no\"}}\n"))
                .contains("must be the lines of a zone file");
        assertThat(problems(valid.replace("@ TXT ok", "www NS ns.other.example.")))
                .contains("domain 'www.ada.example' lies in www.ada.example, which is delegated");
    }

    private static String problems(String text) {
        return catchThrowableOfType(InvalidTreeException.class, () -> TreeParser.parse("t", text))
                .getMessage();
    }

    @Test
    void mutatedLinesAreReadOrRefusedButNothingElse() {
        Random random = new Random(11);
        String[] seeds = {
            "@ MX 10 mail", "a 5m IN TXT \"text\" more", "s HTTPS 1 . alpn=h2 port=8443 ipv4hint=192.0.2.1",
            "_sip._tcp SRV 1 2 5060 sip", "@ CAA 0 issue \"ca.example\"",
                    "k SSHFP 1 1 0123456789abcdef0123456789abcdef01234567",
            "_443._tcp TLSA 3 1 0 abcdef", "n NAPTR 1 1 \"u\" \"E2U+sip\" \"!^.*$!sip:a@b!\" .", "h TYPE65 \\# 3 000100"
        };
        String pieces = "@.*;\"\\()$#0123456789-=, abxz\t";
        for (int i = 0; i < 3000; i++) {
            StringBuilder line = new StringBuilder(seeds[random.nextInt(seeds.length)]);
            for (int change = random.nextInt(4); change >= 0; change--) {
                int at = random.nextInt(line.length());
                line.setCharAt(at, pieces.charAt(random.nextInt(pieces.length())));
            }
            try {
                assertThat(parse(line.toString())).isNotNull();
            } catch (InvalidTreeException e) {
                assertThat(e.problems()).isNotEmpty();
            }
        }
    }
}
