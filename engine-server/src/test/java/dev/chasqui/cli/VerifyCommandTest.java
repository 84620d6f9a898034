package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.ModelName;
import dev.chasqui.api.Progress;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.Modelfile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `verify` over a real store.
class VerifyCommandTest {

    private final CommandRun chasqui = new CommandRun();

    @TempDir
    Path folder;

    private ModelStore store;

    @BeforeEach
    void makeModels() throws IOException {
        store = ModelStore.at(folder.resolve("models"));
        for (String name : List.of("one", "two")) {
            TinyModel.write(folder.resolve(name), name.hashCode());
            store.create(ModelName.parse(name), Modelfile.parse("FROM ./" + name), folder, Progress.NONE);
        }
        chasqui.environment.put("OLLAMA_MODELS", store.root().toString());
    }

    @Test
    void aWholeStoreIsStatusZero() {
        assertThat(chasqui.run("verify")).isZero();

        assertThat(chasqui.out()).matches("2 models are whole: 4 files, .* [KM]B\n");
        assertThat(chasqui.err()).startsWith("verifying (");
    }

    @Test
    void aDamagedFileIsStatusOneAndNamedWithWhatToDo() throws IOException {
        Path weights = damage("one");

        assertThat(chasqui.run("verify")).isEqualTo(1);

        assertThat(chasqui.out())
                .startsWith("damaged: " + weights + " holds something else")
                .contains("was set aside as ")
                .endsWith("Needed by one:latest; run: chasqui pull one:latest, or create it again\n");
        assertThat(chasqui.run("verify", "two")).isZero();
        assertThat(chasqui.out()).startsWith("1 models are whole: 2 files");
        assertThat(chasqui.run("verify", "one")).isEqualTo(1);
        assertThat(chasqui.out()).startsWith("damaged: " + weights + " is missing.");
    }

    @Test
    void jsonSaysTheSame() throws IOException {
        Path weights = damage("two");

        assertThat(chasqui.run("verify", "--json")).isEqualTo(1);

        JsonNode found = JsonMapper.shared().readTree(chasqui.out());
        assertThat(found.get("models").intValue()).isEqualTo(2);
        assertThat(found.get("files").intValue()).isEqualTo(4);
        JsonNode damage = found.get("damage").get(0);
        assertThat(damage.get("file").stringValue()).isEqualTo(weights.toString());
        assertThat(damage.get("models").toString()).isEqualTo("[\"two:latest\"]");
        assertThat(Path.of(damage.get("set_aside").stringValue())).exists();
    }

    @Test
    void anUnknownModelIsAnError() {
        assertThat(chasqui.run("verify", "nobody")).isEqualTo(1);

        assertThat(chasqui.err()).isEqualTo("Error: model 'nobody:latest' not found\n");
    }

    @Test
    void aListSaysOnceWhatIsWrongWithAModelAndAgainWhenThatChanges() throws IOException {
        Path weights = store.get(ModelName.parse("one")).weights();
        Files.write(weights, new byte[10]);
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true));
        try {
            for (int i = 0; i < 3; i++) assertThat(store.summaries()).hasSize(1);
            assertThat(log.toString().lines())
                    .singleElement()
                    .asString()
                    .contains("left out of the list: model 'one:latest'")
                    .contains("does not have the");

            Files.delete(weights);
            for (int i = 0; i < 3; i++) assertThat(store.summaries()).hasSize(1);
            assertThat(log.toString().lines()).hasSize(2).last().asString().contains(weights + " is missing");
        } finally {
            System.setErr(before);
        }
    }

    private Path damage(String model) throws IOException {
        Path weights = store.get(ModelName.parse(model)).weights();
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 3] ^= 1;
        return Files.write(weights, bytes);
    }
}
