package dev.chasqui.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.llama.TinyModel;
import dev.chasqui.probe.ProbeResult.Fate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisabledOnOs(OS.WINDOWS)
@Timeout(120)
class ProbeTest {

    private static final Probe ENDS_AS_NAMED = new Probe(EndsAsNamed.class.getName(), Duration.ofSeconds(60));

    /// Each macro calls itself for ever.
    private static final String MACRO = "{% macro again(x) %}{{ again(x) }}{% endmacro %}";
    private static final String HOLDS_ITSELF = "{% set x = [1] %}{% set _ = x.append(x) %}{{ x | tojson }}{{ x }}";
    private static final String DOUBLES = "{% set ns = namespace(text='0123456789') %}"
            + "{% for i in range(40) %}{% set ns.text = ns.text ~ ns.text %}{% endfor %}{{ ns.text }}";

    @TempDir
    Path folder;

    @Test
    void aModelThatRunsLives() throws Exception {
        ProbeResult result = probed(TinyModel.seeded(1));

        assertThat(result.reason()).isEmpty();
        assertThat(result.fate()).isEqualTo(Fate.LIVED);
        assertThat(result.took()).isPositive();
    }

    @Test
    void aModelWithoutATemplateLives() throws Exception {
        assertThat(probed(TinyModel.seeded(1).withTemplate("")).fate()).isEqualTo(Fate.LIVED);
    }

    /// llama.cpp asserts that there is a layer.
    @Test
    void aFileThatEndsTheProcessIsToldByHowAndWhen() throws Exception {
        ProbeResult result = probed(TinyModel.seeded(1).withLayers(0));

        assertThat(result.fate()).isEqualTo(Fate.DIED);
        assertThat(result.reason()).startsWith("it died of SIGABRT: ").endsWith(" while its weights were loaded");
    }

    /// What bounds a template's own calls and loops does not see these.
    @ParameterizedTest
    @ValueSource(
            strings = {"%s", "{%% if messages[0].role == 'system' %%}%s{%% endif %%}", "{%% if tools %%}%s{%% endif %%}"
            })
    void aTemplateWhoseValueHoldsItselfIsNamed(String use) throws Exception {
        ProbeResult result = probed(TinyModel.seeded(1).withTemplate(use.formatted(HOLDS_ITSELF)));

        assertThat(result.fate()).isEqualTo(Fate.DIED);
        assertThat(result.reason()).startsWith("it died of SIGSEGV").endsWith(" while its chat template was used");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aTemplateThatGrowsWithoutEndIsNamed() throws Exception {
        ProbeResult result = probed(TinyModel.seeded(1).withTemplate(DOUBLES));

        assertThat(result.fate()).isEqualTo(Fate.DIED);
        assertThat(result.reason()).startsWith("this failed: ").containsAnyOf("the chat template", "bad_alloc");
    }

    @Test
    void aTemplateThatCallsItselfForEverIsStoppedAndNoFault() throws Exception {
        TinyModel model = TinyModel.seeded(1).withTemplate(MACRO + "{{ again(1) }}");

        assertThat(probed(model).fate()).isEqualTo(Fate.LIVED);
    }

    @Test
    void aTemplateThatRefusesAChatIsNoFault() throws Exception {
        TinyModel strict = TinyModel.seeded(1).withTemplate("{{ raise_exception('only poems') }}");

        assertThat(probed(strict).fate()).isEqualTo(Fate.LIVED);
    }

    @Test
    void whatLlamaCppRefusesIsRefusedInItsWords() throws Exception {
        Path file = Files.writeString(folder.resolve("text.gguf"), "GGUF, or so it says");

        ProbeResult result = Probe.LOAD.of(file, Optional.empty(), () -> true);

        assertThat(result.fate()).isEqualTo(Fate.REFUSED);
        assertThat(result.reason()).startsWith("cannot load " + file);
    }

    @Test
    void anAdapterIsTriedToo() throws Exception {
        Path weights = folder.resolve("tiny.gguf");
        TinyModel.write(weights, 1);
        Path adapter = Files.writeString(folder.resolve("adapter.gguf"), "none");

        ProbeResult result = Probe.LOAD.of(weights, Optional.of(adapter), () -> true);

        assertThat(result.fate()).isEqualTo(Fate.REFUSED);
        assertThat(result.reason()).startsWith("cannot load the adapter " + adapter);
    }

    @ParameterizedTest
    @CsvSource({
        "aborts, DIED, it died of SIGABRT while it was tested",
        "silent, DIED, it ended with status 0 while it was tested",
        "killed, NOT_TRIED, 'it was ended from outside (signal 9), perhaps by the system for want of memory'",
        "terminated, NOT_TRIED, 'it was ended from outside (signal 15), perhaps by the system for want of memory'",
        "refused, REFUSED, it holds nothing"
    })
    void everyEndOfTheProcessHasItsVerdict(String name, Fate fate, String reason) throws Exception {
        ProbeResult result = ENDS_AS_NAMED.of(file(name), Optional.empty(), () -> true);

        assertThat(result.fate()).isEqualTo(fate);
        assertThat(result.reason()).isEqualTo(reason);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aProcessThatWantsMoreThanAGibibyteBesideTheFileIsRefusedIt() throws Exception {
        ProbeResult result = ENDS_AS_NAMED.of(file("greedy"), Optional.empty(), () -> true);

        assertThat(result.fate()).isEqualTo(Fate.DIED);
        assertThat(result.reason())
                .matches("java.lang.IllegalStateException: no memory, and \\d{3} MiB were had while it was tested");
    }

    @Test
    void aProcessThatHangsIsEnded() throws Exception {
        Probe impatient = new Probe(EndsAsNamed.class.getName(), Duration.ofSeconds(2));

        ProbeResult result = impatient.of(file("hangs"), Optional.empty(), () -> true);

        assertThat(result.fate()).isEqualTo(Fate.HUNG);
        assertThat(result.reason()).startsWith("it did not end within 2 s");
        assertThat(children()).isZero();
    }

    @Test
    void aProcessThatNobodyWantsIsEnded() throws Exception {
        AtomicInteger looks = new AtomicInteger();

        ProbeResult result = ENDS_AS_NAMED.of(file("hangs"), Optional.empty(), () -> looks.incrementAndGet() < 3);

        assertThat(result.fate()).isEqualTo(Fate.GIVEN_UP);
        assertThat(children()).isZero();
    }

    @Test
    void anInterruptEndsTheProcess() throws Exception {
        CompletableFuture<Thread> begun = new CompletableFuture<>();
        CompletableFuture<ProbeResult> result = new CompletableFuture<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                result.complete(ENDS_AS_NAMED.of(
                        file("hangs"), Optional.empty(), () -> begun.complete(Thread.currentThread()) || true));
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        begun.get().interrupt();

        assertThatThrownBy(result::get).hasCauseInstanceOf(InterruptedException.class);
        thread.join();
        assertThat(children()).isZero();
    }

    @Test
    void aProcessThatCannotBeStartedSaysNothingOfTheFile() throws Exception {
        Probe none = new Probe("no.such.Child", Duration.ofSeconds(60));

        assertThat(none.of(file("silent"), Optional.empty(), () -> true).fate()).isEqualTo(Fate.NOT_TRIED);
    }

    private ProbeResult probed(TinyModel model) throws Exception {
        Path file = folder.resolve("tiny.gguf");
        model.write(file);
        return Probe.LOAD.of(file, Optional.empty(), () -> true);
    }

    private Path file(String name) throws IOException {
        Path file = folder.resolve(name + ".gguf");
        return Files.exists(file) ? file : Files.createFile(file);
    }

    /// A process that was ended is gone a moment later.
    private static long children() {
        ProcessHandle.current()
                .children()
                .forEach(child -> child.onExit().orTimeout(10, TimeUnit.SECONDS).join());
        return ProcessHandle.current().children().count();
    }
}
