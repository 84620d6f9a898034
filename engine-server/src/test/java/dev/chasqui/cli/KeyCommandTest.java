package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyCommandTest {

    @TempDir
    private Path folder;

    private final CommandRun chasqui = new CommandRun();

    @Test
    void aNewKeyIsPrintedOnceAndListedByName() throws Exception {
        Path file = folder.resolve("keys");
        chasqui.environment.put("CHASQUI_KEYS_FILE", file.toString());

        assertThat(chasqui.run("key", "new")).isZero();
        String key = chasqui.out().strip();
        assertThat(key).startsWith("chq_");
        assertThat(chasqui.err()).contains("Added infer-1 to " + file);
        assertThat(chasqui.run("key", "new", "--role", "admin", "--name", "me", "--rate", "60/m"))
                .isZero();
        assertThat(chasqui.run("key", "new")).isZero();
        assertThat(chasqui.err()).contains("infer-2");

        assertThat(chasqui.run("key", "list")).isZero();
        assertThat(chasqui.out().lines().map(String::strip))
                .containsExactly(
                        "NAME       ROLE     RATE",
                        "infer-1    infer    -",
                        "me         admin    60/m",
                        "infer-2    infer    -");
        assertThat(Files.readString(file)).doesNotContain(key);
    }

    @Test
    void whatIsMissingOrWrongIsNamed() {
        assertThat(chasqui.run("key", "new")).isEqualTo(1);
        assertThat(chasqui.err()).contains("--file FILE", "CHASQUI_KEYS_FILE");
        String file = folder.resolve("keys").toString();
        assertThat(chasqui.run("key", "old", "--file", file)).isEqualTo(1);
        assertThat(chasqui.err()).contains("key old is unknown; expected new or list");
        assertThat(chasqui.run("key", "new", "--file", file, "--role", "boss")).isEqualTo(1);
        assertThat(chasqui.err()).contains("\"boss\"; expected infer or admin");
        assertThat(chasqui.run("key", "new", "--file", file, "--rate", "60")).isEqualTo(1);
        assertThat(chasqui.err()).contains("\"60\"; expected for example 10/s");
        assertThat(chasqui.run("key", "list", "--file", file)).isEqualTo(1);
        assertThat(chasqui.err()).contains("there is no such file");
    }

    @Test
    void serveTakesItsCertificateFromTheCommandLine() {
        assertThat(chasqui.run("serve", "--tls-cert", "a", "--tls-key", "b", "--tls-client-ca", "c", "--allow-open"))
                .isZero();

        assertThat(chasqui.served)
                .containsExactly("default:default {CHASQUI_ALLOW_OPEN=1, OLLAMA_TLS_CERTIFICATE=a,"
                        + " OLLAMA_TLS_CLIENT_CA=c, OLLAMA_TLS_PRIVATE_KEY=b}");
    }
}
