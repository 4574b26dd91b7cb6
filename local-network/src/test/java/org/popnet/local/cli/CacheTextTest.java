package org.popnet.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class CacheTextTest {
    @Test
    void aStoredVariantIsTold() {
        String text = CacheText.of("edge1.westusa", JsonMapper.shared().readTree("""
                {"key": {"site": "static.customer1.example", "target": "/a"},
                 "next": "as its variant says", "beingFetched": true, "vary": ["x", "y"],
                 "stored": [{"selectedBy": {"x": "1", "y": null}, "status": 200, "bytes": 12345, "ageSeconds": 65,
                   "lifetimeSeconds": 90061, "ttlSeconds": -5, "rule": "RFC 9111 §5.2.2.1: max-age",
                   "use": "validated first", "validators": {"ETag": "\\"v1\\""}, "tags": ["red", "blue"]}]}
                """));
        assertThat(text).isEqualTo("""
                edge1.westusa
                  next request    as its variant says
                  key             static.customer1.example /a
                  fetching        now

                  200  12,345 bytes  for x: 1, y: (absent)
                    age           1min 5s of 1d 1h, stale since 5s
                    by            RFC 9111 §5.2.2.1: max-age
                    use           validated first
                    ETag          "v1"
                    tags          red blue""");
    }

    @Test
    void nothingStoredIsOneSentence() {
        assertThat(CacheText.of("edge1.europe", JsonMapper.shared().readTree("""
                {"key": {"site": "s", "target": "/"}, "next": "fetched: nothing is stored",
                 "passedUntil": null, "beingFetched": false, "vary": [], "stored": []}
                """)))
                .isEqualTo("edge1.europe\n  next request    fetched: nothing is stored\n  key             s /");
    }
}
