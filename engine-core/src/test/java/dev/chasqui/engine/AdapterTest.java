package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Progress;
import dev.chasqui.api.Settings;
import dev.chasqui.llama.TinyAdapter;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.Modelfile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An adapter changes what its model says, and nobody else's.
class AdapterTest {

    private static final int SEED = 11;

    @TempDir
    Path folder;

    private ModelStore store;
    private Engine engine;

    @BeforeEach
    void open() throws IOException {
        store = ModelStore.at(folder.resolve("models"));
        TinyModel.write(folder.resolve("base.gguf"), SEED);
        TinyAdapter.write(folder.resolve("strong.gguf"), SEED, 1);
        TinyAdapter.write(folder.resolve("idle.gguf"), SEED, 0);
        TinyAdapter.writeForAnotherModel(folder.resolve("other.gguf"));
        create("base", "FROM ./base.gguf");
        engine = Engine.open(EngineConfig.fromEnvironment(Map.of()).withStore(store.root()));
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void aModelWithAnAdapterAnswersDifferentlyBesideItsBase() {
        create("adapted", "FROM base\nADAPTER ./strong.gguf");
        String base = ask("base");

        String adapted = ask("adapted");

        assertThat(adapted).isNotEqualTo(base);
        assertThat(ask("base")).as("with both in memory").isEqualTo(base);
        assertThat(ask("adapted")).isEqualTo(adapted);
        assertThat(engine.running()).hasSize(2);
    }

    @Test
    void anAdapterThatAddsNothingChangesNothing() {
        create("same", "FROM base\nADAPTER ./idle.gguf");

        assertThat(ask("same")).isEqualTo(ask("base"));
    }

    @Test
    void anAdapterOfAnotherModelIsRefusedWithItsName() {
        create("wrong", "FROM base\nADAPTER ./other.gguf");

        assertThatThrownBy(() -> ask("wrong"))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("error loading model 'wrong:latest'")
                .hasMessageContaining("cannot load the adapter ");
        assertThat(ask("base")).isNotEmpty();
    }

    private void create(String name, String modelfile) {
        store.create(ModelName.parse(name), Modelfile.parse(modelfile), folder, Progress.NONE);
    }

    private String ask(String model) {
        Options options = Options.NONE.with(Option.TEMPERATURE, 0).with(Option.NUM_PREDICT, 24);
        GenerateRequest request =
                GenerateRequest.of(model, "What is next?").withSettings(Settings.DEFAULT.withOptions(options));
        return engine.generate(request).answer().text();
    }
}
