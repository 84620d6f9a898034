package dev.chasqui.springboot;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendSetting;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Think;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// What an application may set, as `chasqui.model=…`. Ollama's and Chasqui's environment variables stand
/// where a property is silent.
///
/// @param backend        `embedded` for the engine in this JVM, `ollama` for a server
/// @param url            the server, for example `http://localhost:11434`; else the one `OLLAMA_HOST` names
/// @param store          the folder of the engine's models; else `OLLAMA_MODELS`, else `~/.ollama/models`
/// @param model          answers prompts that name no model
/// @param embeddingModel makes vectors where a request names no model; `model` unless set
/// @param timeout        the deadline of each answer, from its request on; none unless set
/// @param think          whether, and how hard, the model thinks; its own default unless set
/// @param options        Ollama's options by their names, for example `chasqui.options.num-ctx=4096`
@ConfigurationProperties("chasqui")
public record ChasquiProperties(
        @DefaultValue("embedded") BackendSetting backend,
        @Nullable URI url,
        @Nullable Path store,
        @Nullable String model,
        @Nullable String embeddingModel,
        @Nullable Duration timeout,
        @Nullable Think think,
        @DefaultValue Map<String, String> options) {

    /// @throws BackendException naming the property, if there is no such option or its value does not fit
    Options checkedOptions() {
        Options all = Options.NONE;
        for (Map.Entry<String, String> each : options.entrySet()) {
            Option option = Stream.of(Option.values())
                    .filter(known -> letters(known.wire()).equals(letters(each.getKey())))
                    .findFirst()
                    .orElseThrow(() -> BackendException.invalid("chasqui.options has \"" + each.getKey()
                            + "\"; expected one of "
                            + Stream.of(Option.values()).map(Option::wire).collect(Collectors.joining(", "))));
            all = all.withText(option, each.getValue());
        }
        return all;
    }

    /// Boot's binder drops underscores from names, and writes `num-ctx` for `num_ctx`.
    private static String letters(String name) {
        return name.replaceAll("[^A-Za-z]", "").toLowerCase(Locale.ROOT);
    }
}
