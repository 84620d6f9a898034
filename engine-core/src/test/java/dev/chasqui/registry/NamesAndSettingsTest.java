package dev.chasqui.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which registry a name means, which one may be asked, and by what way.
class NamesAndSettingsTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "llama3.2,                       '',    registry.ollama.ai/library/llama3.2:latest, false",
        "me/tiny:q4,                     '',    registry.ollama.ai/me/tiny:q4,              false",
        "registry.ollama.ai/library/x,   '',    registry.ollama.ai/library/x:latest,        true",
        "https://library/x,              https, registry.ollama.ai/library/x:latest,        false",
        "hf.co/org/Repo-GGUF:Q4_K_M,     '',    hf.co/org/Repo-GGUF:Q4_K_M,                 true",
        "HTTP://localhost:5000/me/x:1,   http,  localhost:5000/me/x:1,                      true"
    })
    void aNameSaysWhichRegistryItMeans(String text, String scheme, String name, boolean namesHost) {
        RemoteName remote = RemoteName.parse(text);

        assertThat(remote.name().longForm()).isEqualTo(name);
        assertThat(remote.scheme().orElse("")).isEqualTo(scheme);
        assertThat(remote.namesHost()).isEqualTo(namesHost);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "a b",
                "../../etc/passwd",
                "http://../x",
                "a/b/c/d",
                "file:///etc/passwd",
                "ftp://h/n/m",
                "http://user@host/n/m",
                "h/n/m@sha256:00",
                "h:99999/n/m",
                "h:x/n/m",
                "a:b:c/n/m",
                "-h/n/m"
            })
    void whatIsNoneIsRefusedBeforeAnybodyIsAsked(String text) {
        Registries registries = new Registries(ScriptedRegistry.settings(folder, Map.of()));

        assertThatThrownBy(() -> registries.open(RemoteName.parse(text), true))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.INVALID))
                .hasMessageContaining("invalid model name");
    }

    @Test
    void httpNeedsInsecure() {
        Registries registries = new Registries(ScriptedRegistry.settings(folder, Map.of()));

        assertThatThrownBy(() -> registries.open(RemoteName.parse("http://localhost:5000/me/x"), false))
                .hasMessage("insecure protocol http");
    }

    @Test
    void offlineNoRegistryIsAsked() {
        Registries registries = new Registries(ScriptedRegistry.settings(folder, Map.of("CHASQUI_OFFLINE", "1")));

        assertThatThrownBy(() -> registries.open(RemoteName.parse("llama3.2"), false))
                .hasMessageContaining("CHASQUI_OFFLINE forbids that")
                .hasMessageContaining("'llama3.2:latest'");
        assertThat(RegistrySettings.offline(Map.of("CHASQUI_OFFLINE", "false"))).isFalse();
    }

    @Test
    void onlyAllowedRegistriesAreAsked() {
        Registries registries = new Registries(
                ScriptedRegistry.settings(folder, Map.of("CHASQUI_REGISTRIES", "hf.co, Registry.Example:5000")));

        assertThatThrownBy(() -> registries.open(RemoteName.parse("http://evil/me/x"), true))
                .hasMessage("the registry evil is not allowed here; CHASQUI_REGISTRIES allows hf.co, "
                        + "registry.example:5000");
        assertThatThrownBy(() -> registries.open(RemoteName.parse("llama3.2"), false))
                .hasMessageContaining("registry.ollama.ai is not allowed");
        assertThat(registries.open(RemoteName.parse("REGISTRY.example:5000/me/x"), false))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://x", "https://", "https://user@host", "https://host/path", "a b", "https://h?q"})
    void aStandardRegistryThatIsNoneIsRefused(String text) {
        assertThatThrownBy(() -> RegistrySettings.fromEnvironment(Map.of("CHASQUI_REGISTRY", text)))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("CHASQUI_REGISTRY is \"" + text + "\"");
    }

    @Test
    void proxiesAreChosenBySchemeAndHost() {
        Proxies proxies = Proxies.fromEnvironment(Map.of(
                "HTTPS_PROXY", "http://proxy:3128",
                "http_proxy", "other:8080",
                "NO_PROXY", "intern, .corp.example,*.lab.example"));

        assertThat(proxies.to(URI.create("https://hf.co/v2/")).map(Object::toString))
                .hasValueSatisfying(proxy -> assertThat(proxy).contains("proxy").contains("3128"));
        assertThat(proxies.to(URI.create("http://hf.co/v2/")).map(Object::toString))
                .hasValueSatisfying(proxy -> assertThat(proxy).contains("other").contains("8080"));
        for (String direct : List.of(
                "localhost:5000", "127.0.0.1", "[::1]", "intern", "x.corp.example", "corp.example", "A.LAB.example")) {
            assertThat(proxies.to(URI.create("https://" + direct + "/v2/")))
                    .as(direct)
                    .isEmpty();
        }
        assertThat(Proxies.fromEnvironment(Map.of("HTTPS_PROXY", "http://user:secret@proxy:1"))
                        .to(URI.create("https://hf.co")))
                .isEqualTo(Optional.empty());
        assertThat(Proxies.fromEnvironment(Map.of("HTTPS_PROXY", "proxy", "NO_PROXY", "*"))
                        .to(URI.create("https://hf.co")))
                .isEmpty();
    }

    @Test
    void aFileIsCutAsOllamaCutsIt() {
        assertThat(PartPlan.DEFAULT.parts(0)).isEmpty();
        assertThat(PartPlan.DEFAULT.parts(99_000_000)).hasSize(1);
        assertThat(PartPlan.DEFAULT.parts(1_000_000_000)).hasSize(10);
        assertThat(PartPlan.DEFAULT.parts(4_000_000_000L)).hasSize(16);
        assertThat(PartPlan.DEFAULT.parts(40_000_000_000L)).hasSize(40);
        assertThat(PartPlan.DEFAULT.parts(4_000_000_001L).stream()
                        .mapToLong(Part::size)
                        .sum())
                .isEqualTo(4_000_000_001L);
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1/, true",
        "http://10.1.2.3/, true",
        "http://169.254.169.254/, true",
        "http://192.168.0.1/, true",
        "http://172.16.9.9/, true",
        "http://100.64.0.1/, true",
        "http://0.0.0.0/, true",
        "http://[::1]/, true",
        "http://[fd00::1]/, true",
        "http://[fe80::1]/, true",
        "http://[::ffff:10.0.0.1]/, true",
        "http://localhost/, true",
        "http://203.0.113.7/, false",
        "http://[2001:db8::1]/, false"
    })
    void privateAddressesAreKnown(String uri, boolean isPrivate) {
        assertThat(Addresses.mayBePrivate(URI.create(uri))).isEqualTo(isPrivate);
        assertThat(Addresses.isPrivate(URI.create(uri))).isEqualTo(isPrivate);
    }
}
