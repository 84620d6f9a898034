package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.RunningModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Columns are compared to the byte, spaces at the ends of lines included: `·` stands for those.
class ModelCommandsTest {

    private final CommandRun chasqui = new CommandRun();

    @Test
    void listShowsOllamasColumns() {
        chasqui.embedded.with("smollm2:135m", 98_123_456, Instant.now().minus(Duration.ofDays(3)));
        chasqui.embedded.with("a:latest", 1_900_000_000, Instant.now().minus(Duration.ofSeconds(90)));

        int status = chasqui.run("list");

        assertThat(status).isZero();
        assertThat(chasqui.out()).isEqualTo("""
                        NAME            ID              SIZE      MODIFIED          ·
                        smollm2:135m    0123456789ab    98 MB     3 days ago        ···
                        a:latest        0123456789ab    1.9 GB    About a minute ago···
                        """.replace("3 days ago        ···", "3 days ago            ")
                .replace("ago···", "ago    ")
                .replace('·', ' '));
    }

    @Test
    void anEmptyListIsJustItsTitles() {
        chasqui.run("ls");

        assertThat(chasqui.out()).isEqualTo("NAME    ID    SIZE    MODIFIED \n");
    }

    @Test
    void aPrefixNarrowsTheListWithoutRegardToCase() {
        chasqui.embedded.with("smollm2:135m", 1, Instant.now()).with("other:latest", 1, Instant.now());

        chasqui.run("list", "SMOL");

        assertThat(chasqui.out()).contains("smollm2:135m").doesNotContain("other");
    }

    @Test
    void listMeansTheServersModelsWhenItsAddressIsSet() {
        chasqui.environment.put("OLLAMA_HOST", "127.0.0.1:1");
        chasqui.server.with("remote:latest", 5, Instant.now());

        chasqui.run("list");

        assertThat(chasqui.out()).contains("remote:latest");
    }

    @Test
    void psShowsWhereModelsRunAndUntilWhen() {
        Instant now = Instant.now();
        chasqui.server.running.add(running("a:latest", 400_000_000, 0, Optional.of(now.plusSeconds(299))));
        chasqui.server.running.add(running("b:latest", 100, 52, Optional.empty()));
        chasqui.server.running.add(running("c:latest", 100, 100, Optional.of(now.minusSeconds(1))));

        int status = chasqui.run("ps");

        assertThat(status).isZero();
        assertThat(chasqui.out().lines().map(String::stripTrailing))
                .containsExactly(
                        "NAME        ID              SIZE      PROCESSOR          CONTEXT    UNTIL",
                        "a:latest    0123456789ab    400 MB    100% CPU           4096       4 minutes from now",
                        "b:latest    0123456789ab    100 B     48%/52% CPU/GPU    4096       Forever",
                        "c:latest    0123456789ab    100 B     100% GPU           4096       Stopping...");
    }

    @Test
    void withoutAServerPsAndStopSayHowToStartOne() {
        chasqui.server.reachable = false;

        assertThat(chasqui.run("ps")).isEqualTo(1);
        assertThat(chasqui.err())
                .isEqualTo("Error: could not connect to ollama server, run 'chasqui serve' to start it\n");
        assertThat(chasqui.run("stop", "x")).isEqualTo(1);
        assertThat(chasqui.err()).contains("run 'chasqui serve' to start it");
    }

    @Test
    void stopUnloadsAndNamesAModelItDoesNotFind() {
        chasqui.server.with("a:latest", 1, Instant.now());

        assertThat(chasqui.run("stop", "a")).isZero();
        assertThat(chasqui.server.asked.getFirst().settings().keepAlive())
                .hasValueSatisfying(keep -> assertThat(keep.unloads()).isTrue());

        assertThat(chasqui.run("stop", "zz")).isEqualTo(1);
        assertThat(chasqui.err()).isEqualTo("Error: couldn't find model \"zz\" to stop\n");
    }

    @Test
    void removedModelsLeaveTheServersMemoryFirst() {
        chasqui.embedded.with("a:latest", 1, Instant.now());
        chasqui.server.with("a:latest", 1, Instant.now());
        chasqui.server.running.add(running("a:latest", 1, 0, Optional.empty()));

        int status = chasqui.run("rm", "a:latest");

        assertThat(status).isZero();
        assertThat(chasqui.out()).isEqualTo("deleted 'a:latest'\n");
        assertThat(chasqui.server.asked).hasSize(1);
        assertThat(chasqui.done).containsExactly("remove a:latest");
    }

    @Test
    void removingNeedsNoServerButAModel() {
        chasqui.server.reachable = false;
        chasqui.embedded.with("a:latest", 1, Instant.now());

        assertThat(chasqui.run("rm", "a:latest")).isZero();
        assertThat(chasqui.run("rm", "gone")).isEqualTo(1);
        assertThat(chasqui.err()).isEqualTo("Error: model 'gone' not found\n");
    }

    @Test
    void copyAndPullSayWhatTheyDid() {
        chasqui.catalogue.add("smollm2:135m");

        assertThat(chasqui.run("cp", "a", "b")).isZero();
        assertThat(chasqui.out()).isEqualTo("copied 'a' to 'b'\n");
        assertThat(chasqui.run("pull", "smollm2:135m")).isZero();
        assertThat(chasqui.err()).isEqualTo("pulling smollm2:135m\nfetching (98 MB)\nsuccess\n");
        assertThat(chasqui.run("pull", "llama3")).isEqualTo(1);
        assertThat(chasqui.err()).isEqualTo("Error: the catalogue has no llama3\n");
    }

    @Test
    void createTakesItsModelfileOrSaysThatThereIsNone(@TempDir Path folder) throws IOException {
        Path modelfile = Files.writeString(folder.resolve("My.file"), "FROM ./x.gguf\n");

        assertThat(chasqui.run("create", "mine", "-f", modelfile.toString())).isZero();
        assertThat(chasqui.done).containsExactly("create mine My.file");

        assertThat(chasqui.run("create", "mine", "-f", folder.resolve("none").toString()))
                .isEqualTo(1);
        assertThat(chasqui.err()).startsWith("Error: there is no Modelfile at ").contains("name it with -f");
    }

    @Test
    void showPrintsSectionsAsOllamaDoes() {
        chasqui.embedded.with("smollm2:135m", 1, Instant.now());

        int status = chasqui.run("show", "smollm2:135m");

        assertThat(status).isZero();
        assertThat(chasqui.out()).isEqualTo("""
                          Model
                            architecture        llama      ·
                            parameters          134.52M    ·
                            context length      2048       ·
                            embedding length    576        ·
                            quantization        Q4_1       ·

                          Capabilities
                            completion    ·

                          Parameters
                            temperature    0.5             ·
                            stop           "<|im_end|>"    ·

                          System
                            You are terse.    ·

                          License
                            Apache License    ·
                            Version 2.0       ·
                            ...               ·

                        """.replace("·", ""));
    }

    @Test
    void showPrintsOnePartOfAModelAlone() {
        chasqui.embedded.with("smollm2:135m", 1, Instant.now());

        chasqui.run("show", "smollm2:135m", "--template");
        assertThat(chasqui.out()).isEqualTo("{{ .Prompt }}\n");
        chasqui.run("show", "smollm2:135m", "--system");
        assertThat(chasqui.out()).isEqualTo("You are terse.\n");
        chasqui.run("show", "smollm2:135m", "-v");
        assertThat(chasqui.out())
                .contains("tokenizer.ggml.tokens     [a, b, c, d, e, ...+2 more]")
                .contains("token_embd.weight    Q4_1    [576 49152]");

        assertThat(chasqui.run("show", "smollm2:135m", "--template", "--system"))
                .isEqualTo(1);
        assertThat(chasqui.err()).startsWith("Error: only one of ");
    }

    @Test
    void serveTakesItsAddressFromTheCommandLine() {
        assertThat(chasqui.run("serve", "--host", "::1", "--port", "0")).isZero();
        assertThat(chasqui.run("serve")).isZero();

        assertThat(chasqui.served).containsExactly("::1:0", "default:default");
    }

    @Test
    void aModelWithoutANameIsAUsageErrorOfStatusOne() {
        assertThat(chasqui.run("rm")).isEqualTo(1);
        assertThat(chasqui.err()).isEqualTo("Error: Missing required parameter: 'MODEL'\nSee 'chasqui rm --help'.\n");
        assertThat(chasqui.run("list", "--nope")).isEqualTo(1);
        assertThat(chasqui.err()).isEqualTo("Error: Unknown option: '--nope'\nSee 'chasqui list --help'.\n");
        assertThat(chasqui.run("frobnicate")).isEqualTo(1);
        assertThat(chasqui.err()).startsWith("Error: Unmatched argument at index 0: 'frobnicate'");
    }

    private static RunningModel running(String name, long bytes, long vram, Optional<Instant> until) {
        return new RunningModel(name, "0123456789abcdef", bytes, vram, ScriptedBackend.traits(), until, 4096);
    }
}
