package org.popnet.platform.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.control.Role;
import org.popnet.platform.identity.CertificateAuthority;
import org.popnet.platform.identity.IdentityFiles;

/** Customers' certificate authorities in the tree, and what is wrong with them, said with the line. */
class AuthoritiesTest {
    private static final String TREE = """
            network: {zone: pop.example, administrators: [admin.hq]}
            push: {masters: [log.hq]}
            pops:
              hq:
                nodes:
                  admin.hq: {service: admin, address: 192.0.2.1}
                  log.hq: {service: log, address: 192.0.2.2}
            log-servers: {log.hq: {manages: [ada]}}
            customers:
              ada:
                servers:
                  one: {address: 203.0.113.1, port: 443, tls: true}
                  two: {address: 203.0.113.2, port: 443, tls: true, verify: false}
                ca: |
            %s
            """;
    private static final int FIRST_LINE = 15;

    @TempDir
    Path directory;

    private CertificateAuthority authority;
    private String pem;

    @BeforeEach
    void makeAuthority() throws Exception {
        authority = CertificateAuthority.loadOrCreate(directory.resolve("ca"), "ada", InstantSource.system());
        pem = Files.readString(directory.resolve("ca/ca.crt"));
    }

    private static NetworkTree parse(String authorities) {
        return TreeParser.parse("t", TREE.formatted(authorities.indent(6).stripTrailing()));
    }

    private static String mistake(String authorities) {
        return catchThrowableOfType(InvalidTreeException.class, () -> parse(authorities))
                .getMessage();
    }

    @Test
    void certificatesAreReadWithCommentsBetweenThem() throws Exception {
        CertificateAuthority second =
                CertificateAuthority.loadOrCreate(directory.resolve("cb"), "ada2", InstantSource.system());
        String both = "# the old one\n" + pem + "\n# the new one\n" + Files.readString(directory.resolve("cb/ca.crt"));
        Customer ada = parse(both).customers().get("ada");
        List<X509Certificate> authorities = List.of(authority.certificate(), second.certificate());
        assertThat(ada.servers().get("one").certificate()).isEqualTo(new CertificateTerms(true, authorities));
        assertThat(ada.servers().get("two").certificate()).isEqualTo(new CertificateTerms(false, authorities));
    }

    @Test
    void whatIsNoCertificateIsToldWithItsLine() {
        assertThat(mistake("# this\nis not one\n" + pem))
                .contains("'is not one': must be a certificate, a comment (#) or an empty line here")
                .contains("t:" + (FIRST_LINE + 1));
        assertThat(mistake("# nothing but a comment"))
                .contains("no certificate: must hold at least one, or be left out")
                .contains("t:" + (FIRST_LINE - 1));
    }

    @Test
    void damagedCertificateIsToldWithTheLineItBeginsIn() {
        String damaged = pem.replaceFirst("\n(.)(.)", "\n$2$1");
        assertThat(mistake("# damaged\n" + damaged))
                .contains("not a certificate in PEM")
                .contains("t:" + (FIRST_LINE + 1));
        String cut = pem.substring(0, pem.indexOf("-----END"));
        assertThat(mistake(cut)).contains("certificate without its end").contains("t:" + FIRST_LINE);
        assertThat(mistake(cut + pem)).contains("certificate without its end").contains("t:" + FIRST_LINE);
    }

    @Test
    void certificateOfAServerIsNoAuthority() throws Exception {
        IdentityFiles files = new IdentityFiles(directory.resolve("server"));
        files.writeCertificate(
                authority.issue("s", Role.EDGE_CACHE, List.of(), List.of("www.ada.example"), Duration.ofDays(1)));
        String server = Files.readString(directory.resolve("server/node.crt"));
        String leaf = server.substring(0, server.indexOf("-----END CERTIFICATE-----") + 26);
        assertThat(mistake(leaf)).contains("which is no authority").contains("t:" + FIRST_LINE);
    }

    @Test
    void oneThatStandsTwiceAndAFloodAreRefused() {
        assertThat(mistake(pem + pem)).contains("twice: must stand once");
        assertThat(mistake(pem.repeat(AuthoritiesReader.AUTHORITIES_MAX + 1))).contains("must be 16 at most");
    }

    @Test
    void textThatIsNoBlockIsRefused() {
        assertThat(catchThrowableOfType(
                                InvalidTreeException.class,
                                () -> TreeParser.parse("t", TREE.replace("ca: |\n%s", "ca: ca.pem")))
                        .getMessage())
                .contains("must be certificates in PEM, indented, after 'ca: |'");
    }
}
