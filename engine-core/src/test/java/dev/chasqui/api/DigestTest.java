package dev.chasqui.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigestTest {

    @Test
    void bothSpellingsAreTheSameDigest() {
        String hex = "0123456789abcdef".repeat(4);

        assertThat(Digest.parse("sha256:" + hex)).isEqualTo(Digest.parse("sha256-" + hex.toUpperCase()));
        assertThat(Digest.parse("sha256:" + hex)).hasToString("sha256:" + hex);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sha256:",
                "sha256:../../../../etc/ld.so.preload",
                "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde",
                "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0",
                "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg",
                "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n",
                "sha512:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
            })
    void nothingElseIsOne(String text) {
        assertThatThrownBy(() -> Digest.parse(text))
                .isInstanceOf(BackendException.class)
                .hasMessage("invalid digest format");
    }
}
