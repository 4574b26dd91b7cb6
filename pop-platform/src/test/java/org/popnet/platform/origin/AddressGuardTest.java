package org.popnet.platform.origin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.platform.tree.Customer;

class AddressGuardTest {
    private final Customer customer = OriginTree.TREE.tree().customers().get("customer1");

    @Test
    void onlyTheListedAddressWithItsPortIsAdmitted() {
        assertThat(AddressGuard.admits(customer, InetAddress.ofLiteral("127.250.1.1"), 8080))
                .isTrue();
        assertThat(AddressGuard.admits(customer, InetAddress.ofLiteral("::ffff:127.250.1.1"), 8080))
                .as("the IPv4-mapped form is the same address to the socket")
                .isTrue();
        assertThat(AddressGuard.admits(customer, InetAddress.ofLiteral("127.250.1.1"), 8081))
                .isFalse();
        assertThat(AddressGuard.admits(customer, InetAddress.ofLiteral("127.250.1.2"), 22))
                .isFalse();
    }

    @Test
    void anotherCustomersServerIsRefused() {
        Customer other = OriginTree.TREE.tree().customers().get("customer2");
        assertThat(AddressGuard.admits(other, InetAddress.ofLiteral("127.250.1.1"), 8080))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, LOOPBACK",
        "::1, LOOPBACK",
        "::ffff:127.0.0.1, LOOPBACK",
        "169.254.169.254, LINK_LOCAL",
        "fe80::1, LINK_LOCAL",
        "10.0.0.1, PRIVATE",
        "172.16.3.4, PRIVATE",
        "192.168.1.1, PRIVATE",
        "100.64.0.1, PRIVATE",
        "fd00::1, PRIVATE",
        "0.0.0.0, UNSPECIFIED",
        "::, UNSPECIFIED",
        "0.1.2.3, PRIVATE",
        "255.255.255.255, PRIVATE",
        "224.0.0.1, MULTICAST",
        "64:ff9b::7f00:1, TRANSLATED",
        "64:ff9b::a9fe:a9fe, TRANSLATED",
        "2002:7f00:1::, TRANSLATED",
        "2001:0:1::1, TRANSLATED",
        "::7f00:2, TRANSLATED",
        "93.184.215.14, NOT_LISTED",
        "2606:2800::1, NOT_LISTED"
    })
    void everythingElseIsRefusedAndSaysWhy(String address, AddressGuard.Refusal reason) {
        assertThat(AddressGuard.refusal(customer, InetAddress.ofLiteral(address), 8080))
                .contains(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.250.1.1:8080/x",
                "http://www.customer1.example/",
                "https://STATIC.customer1.example/a",
            })
    void aRedirectMayLeadToTheCustomersOwn(String url) {
        assertThat(AddressGuard.admits(customer, URI.create(url))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.250.1.1/",
                "http://2147090689:8080/", // decimal
                "http://0x7ffa0101:8080/",
                "http://0177.0372.1.1:8080/",
                "http://127.16384257:8080/",
                "http://127.250.257:8080/",
                "http://169.254.169.254/latest/meta-data/",
                "http://[::1]:8080/",
                "http://[64:ff9b::7ffa:101]:8080/",
                "http://localhost:8080/",
                "http://metadata.google.internal/",
                "http://www.customer2.example/",
                "http://www.customer1.example@127.0.0.1/",
                "ftp://www.customer1.example/",
                "file:///etc/passwd",
                "/relative"
            })
    void aRedirectElsewhereIsRefusedInAnySpelling(String url) {
        assertThat(AddressGuard.admits(customer, URI.create(url))).isFalse();
    }
}
