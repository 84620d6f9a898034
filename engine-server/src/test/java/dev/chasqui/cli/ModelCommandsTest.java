package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Digest;
import dev.chasqui.api.Message;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.RunningModel;
import dev.chasqui.engine.MachineMemory;
import dev.chasqui.llama.TinyModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

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
        assertThat(chasqui.embedded.library.done).containsExactly("delete a:latest");
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
    void copyPullAndPushSayWhatTheyDid() {
        chasqui.embedded.library.registry.add("smollm2:135m");

        assertThat(chasqui.run("cp", "a", "b")).isZero();
        assertThat(chasqui.out()).isEqualTo("copied 'a' to 'b'\n");
        assertThat(chasqui.run("pull", "smollm2:135m", "--insecure")).isZero();
        assertThat(chasqui.err()).isEqualTo("pulling manifest\npulling b179c9523d0e (98 MB)\nsuccess\n");
        assertThat(chasqui.run("push", "me/mine")).isZero();
        assertThat(chasqui.err()).isEqualTo("retrieving manifest\nsuccess\n");
        assertThat(chasqui.embedded.library.done)
                .containsExactly("copy a b", "pull smollm2:135m insecure", "push me/mine");

        assertThat(chasqui.run("pull", "llama3")).isEqualTo(1);
        assertThat(chasqui.err()).isEqualTo("pulling manifest\nError: pull model manifest: file does not exist\n");
    }

    @Test
    void theServersModelsAreManagedWhenItsAddressIsSet() {
        chasqui.environment.put("OLLAMA_HOST", "127.0.0.1:1");
        chasqui.server.library.registry.add("x");

        for (String line : List.of("pull x", "push x", "cp x y", "rm x")) {
            assertThat(chasqui.run(line.split(" "))).as(line).isZero();
        }

        assertThat(chasqui.server.library.done).containsExactly("pull x", "push x", "copy x y", "delete x");
        assertThat(chasqui.embedded.library.done).isEmpty();
    }

    @Test
    void createSendsTheFilesItsModelfileNamesOnceEach(@TempDir Path folder) throws IOException {
        Digest weights = tiny(folder.resolve("x.gguf"), 1);
        Digest lora = tiny(folder.resolve("l.gguf"), 2);
        Path modelfile = Files.writeString(folder.resolve("My.file"), """
                FROM ./x.gguf
                ADAPTER ./l.gguf
                SYSTEM Be terse.
                PARAMETER temperature 0.5
                PARAMETER stop END
                LICENSE MIT
                MESSAGE user Hi
                """);
        ScriptedLibrary library = chasqui.embedded.library;
        library.blobs.put(lora.toString(), new byte[0]);

        assertThat(chasqui.run("create", "mine", "-f", modelfile.toString(), "-q", "q8_0"))
                .isZero();

        assertThat(library.blobs).containsOnlyKeys(weights.toString(), lora.toString());
        assertThat(library.blobs.get(weights.toString())).isEqualTo(Files.readAllBytes(folder.resolve("x.gguf")));
        CreateRequest request = library.created.getFirst();
        assertThat(request.model()).isEqualTo("mine");
        assertThat(request.from()).isEmpty();
        assertThat(request.files()).isEqualTo(Map.of("x.gguf", weights));
        assertThat(request.adapters()).isEqualTo(Map.of("l.gguf", lora));
        assertThat(request.quantize()).contains("q8_0");
        assertThat(request.system()).contains("Be terse.");
        assertThat(request.parameters().toMap()).isEqualTo(Map.of("temperature", 0.5, "stop", List.of("END")));
        assertThat(request.licenses()).containsExactly("MIT");
        assertThat(request.messages()).containsExactly(Message.user("Hi"));
        assertThat(chasqui.err().replaceAll("\\(\\d+ [KM]?B\\)", "(size)"))
                .isEqualTo("gathering model components\nhashing x.gguf (size)\ncopying file " + weights
                        + " (size)\nhashing l.gguf (size)\nwriting manifest\nsuccess\n");
    }

    private static Digest tiny(Path file, long seed) throws IOException {
        TinyModel.write(file, seed);
        return Digest.of(Files.readAllBytes(file));
    }

    @Test
    void createStartsFromAModelWhereFromNamesNoFile(@TempDir Path folder) throws IOException {
        Path modelfile = Files.writeString(folder.resolve("Modelfile"), "FROM smollm2:135m\nSYSTEM x\n");

        assertThat(chasqui.run("create", "mine", "-f", modelfile.toString())).isZero();

        assertThat(chasqui.embedded.library.created.getFirst().from().map(ModelName::parse))
                .contains(ModelName.parse("smollm2:135m"));
    }

    @Test
    void createRefusesBeforeItSendsAnything(@TempDir Path folder) throws IOException {
        tiny(folder.resolve("x.gguf"), 1);
        Map<String, String> wrong = Map.of(
                "FROM ./none.gguf", "FROM names a file that does not exist: ./none.gguf",
                "FROM ./x.gguf\nDRAFT y", "DRAFT models are not supported; remove the line",
                "FROM ./x.gguf\nPARAMETER temprature 1", "unknown parameter 'temprature'",
                "FROM ./x.gguf\nFOO y", "(line 2): command must be one of");
        wrong.forEach((text, complaint) -> {
            assertThat(chasqui.run("create", "mine", "-f", write(folder, text))).isEqualTo(1);
            assertThat(chasqui.err()).contains("Error: ").contains(complaint);
        });
        assertThat(chasqui.run("create", "a b", "-f", write(folder, "FROM ./x.gguf")))
                .isEqualTo(1);
        assertThat(chasqui.err()).contains("invalid model name");
        assertThat(chasqui.run("create", "mine", "-f", folder.resolve("none").toString()))
                .isEqualTo(1);
        assertThat(chasqui.err()).startsWith("Error: there is no Modelfile at ").contains("name it with -f");

        assertThat(chasqui.embedded.library.created).isEmpty();
        assertThat(chasqui.embedded.library.blobs).isEmpty();
    }

    private static String write(Path folder, String modelfile) {
        try {
            return Files.writeString(folder.resolve("Modelfile"), modelfile).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void listShowAndPsSpeakJsonInTheFieldsOfTheApi() {
        chasqui.embedded.with("a:latest", 5, Instant.EPOCH).with("b:latest", 6, Instant.EPOCH);
        chasqui.server.running.add(running("a:latest", 400, 0, Optional.empty()));

        assertThat(chasqui.run("list", "--json", "b")).isZero();
        JsonNode list = json();
        assertThat(list.path("models")).hasSize(1);
        assertThat(list.at("/models/0/name").asString()).isEqualTo("b:latest");
        assertThat(list.at("/models/0/size").asLong()).isEqualTo(6);
        assertThat(list.at("/models/0/modified_at").asString()).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(list.at("/models/0/details/quantization_level").asString()).isEqualTo("Q4_1");

        assertThat(chasqui.run("show", "--json", "a")).isZero();
        assertThat(json().path("system").asString()).isEqualTo("You are terse.");
        assertThat(json().at("/model_info/llama.context_length").asInt()).isEqualTo(2048);
        assertThat(json().at("/model_info/tokenizer.ggml.tokens")).isEmpty();
        assertThat(chasqui.run("show", "--json", "--verbose", "a")).isZero();
        assertThat(json().at("/model_info/tokenizer.ggml.tokens")).hasSize(7);

        assertThat(chasqui.run("ps", "--json")).isZero();
        assertThat(json().at("/models/0/context_length").asInt()).isEqualTo(4096);
    }

    private JsonNode json() {
        return new JsonMapper().readTree(chasqui.out());
    }

    @Test
    void modelsSaysWhatFitsAndWhatIsHere() {
        chasqui.embedded.with("SMOLLM2:135m", 1, Instant.now());
        chasqui.memory = new MachineMemory(8_000_000_000L, 3_000_000_000L, OptionalLong.of(4_000_000_000L));

        assertThat(chasqui.run("models")).isZero();

        List<String> rows = chasqui.out().lines().toList();
        assertThat(rows.getFirst()).startsWith("NAME                  SIZE ").contains("FITS    HERE    LICENCE");
        assertThat(rows).anyMatch(row -> row.matches("smollm2:135m +98 MB +~\\d+ MB +yes +yes +Apache-2.0 .*"));
        assertThat(rows).anyMatch(row -> row.matches("llama3.2:latest +~2 GB +~2.8 GB +yes +no +Llama 3.2 .*"));
        assertThat(rows).anyMatch(row -> row.matches("qwen3:8b +~5.2 GB +~6.2 GB +no +no +Apache-2.0 .*"));
        assertThat(chasqui.out()).contains("3 GB of memory are available here (the control group's limit is 4 GB).");

        assertThat(chasqui.run("models", "--json")).isZero();
        assertThat(json().path("available").asLong()).isEqualTo(3_000_000_000L);
        JsonNode first = json().at("/models/0");
        assertThat(first.path("name").asString()).isEqualTo("smollm2:135m");
        assertThat(first.path("installed").asBoolean()).isTrue();
        assertThat(first.path("fits").asBoolean()).isTrue();
        assertThat(first.path("size_is_exact").asBoolean()).isTrue();
    }

    @Test
    void whetherModelsFitAServerIsNotClaimed() {
        chasqui.environment.put("OLLAMA_HOST", "10.0.0.1");

        assertThat(chasqui.run("models")).isZero();

        assertThat(chasqui.out()).contains("    ?       no ").contains("is for the server at");
        assertThat(chasqui.run("models", "--json")).isZero();
        assertThat(json().has("available")).isFalse();
        assertThat(json().at("/models/0").has("fits")).isFalse();
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
    void showTellsOfTheProjectorWhereThereIsOne() {
        chasqui.embedded.with("m:latest", 1, Instant.now());
        chasqui.embedded.projector = Map.of(
                "general.architecture", "clip",
                "general.parameter_count", 600_000_000L,
                "clip.vision.embedding_length", 1024L,
                "clip.vision.projection_dim", 768L);

        chasqui.run("show", "m");

        assertThat(chasqui.out().replaceAll(" +\n", "\n")).contains("""
                  Projector
                    architecture        clip
                    parameters          600M
                    embedding length    1024
                    dimensions          768
                """);
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
    void serveTakesItsIsolationFromTheCommandLine() {
        assertThat(chasqui.run("serve", "--isolation", "process")).isZero();
        assertThat(chasqui.served).containsExactly("isolation PROCESS", "default:default");

        assertThat(chasqui.run("serve", "--isolation", "full")).isEqualTo(1);
        assertThat(chasqui.err()).isEqualTo("Error: isolation is \"full\"; expected none, probe or process\n");
    }

    @Test
    void aModelWithoutANameIsAUsageErrorOfStatusOne() {
        assertThat(chasqui.run("rm")).isEqualTo(1);
        assertThat(chasqui.err()).isEqualTo("Error: Missing required parameter: 'MODEL'\nSee 'chasqui rm --help'.\n");
        assertThat(chasqui.run("list", "--nope")).isEqualTo(1);
        assertThat(chasqui.err()).isEqualTo("Error: Unknown option: '--nope'\nSee 'chasqui list --help'.\n");
        assertThat(chasqui.run("frobnicate")).isEqualTo(1);
        assertThat(chasqui.err())
                .isEqualTo("Error: unknown command \"frobnicate\" for \"chasqui\"\nSee 'chasqui --help'.\n");
    }

    @Test
    void aMistypedCommandIsGuessed() {
        assertThat(chasqui.run("lst")).isEqualTo(1);
        assertThat(chasqui.err()).isEqualTo("""
                Error: unknown command "lst" for "chasqui"
                Did you mean list?
                See 'chasqui --help'.
                """);

        chasqui.run("pul");
        assertThat(chasqui.err()).contains("Did you mean pull or push?");
        chasqui.run("modles");
        assertThat(chasqui.err()).contains("Did you mean models?");
    }

    private static RunningModel running(String name, long bytes, long vram, Optional<Instant> until) {
        return new RunningModel(name, "0123456789abcdef", bytes, vram, ScriptedBackend.traits(), until, 4096);
    }
}
