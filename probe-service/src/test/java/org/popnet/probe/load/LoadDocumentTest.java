package org.popnet.probe.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadDocumentTest {
    @Test
    void worstShareCountsAndWhatIsNotSaidDoesNot() throws IOException {
        LoadDocument document = LoadDocument.parse("""
                {"cpu": 0.25, "memory": 0.5, "connections": 90, "connections-max": 100, "requests-per-second": 12.5,
                 "more": {"of": "theirs"}}
                """);

        assertThat(document.share()).isEqualTo(0.9);
        assertThat(document.requestsPerSecond()).isEqualTo(12.5);
        assertThat(LoadDocument.parse("{\"connections\": 90}")).isEqualTo(new LoadDocument(0, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "7", "{\"cpu\": -0.1}", "{\"cpu\": \"high\"}", "{\"cpu\": 1e9}", "{\"cpu\": 0.1"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> LoadDocument.parse(text))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("load document");
    }
}
