package dev.chasqui.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.ModelName;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CatalogueTest {

    private final Catalogue catalogue = Catalogue.standard();

    @Test
    void theModelsPeopleAskForAreKnownAndOursComeByHash() {
        assertThat(catalogue.known())
                .filteredOn(model -> !model.byHash())
                .extracting(model -> model.name().shortForm())
                .contains("deepseek-r1:latest", "qwen3:8b", "gemma:2b", "llama3.2:latest");
        assertThat(catalogue.known())
                .filteredOn(KnownModel::byHash)
                .extracting(KnownModel::name)
                .containsExactlyElementsOf(
                        catalogue.entries().stream().map(CatalogueEntry::name).toList())
                .contains(catalogue.defaultModel());
    }

    @Test
    void noModelRunsInLessMemoryThanItsWeights() {
        assertThat(catalogue.known()).allMatch(model -> model.memoryBytes() > model.sizeBytes());
    }

    @Test
    void oneOfTheRegistryIsNotFetchedByHash() {
        assertThat(catalogue.find(ModelName.parse("qwen3:8b"))).isEmpty();
    }

    @Test
    void anEntryThatLacksSomethingIsNamedByIt() {
        byte[] json = """
                {"default": "a", "models": [], "registry": [{"name": "a", "title": "A", "size": 1}]}""".getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> Catalogue.parse(json)).hasMessage("an entry of the catalogue lacks memory");
    }
}
