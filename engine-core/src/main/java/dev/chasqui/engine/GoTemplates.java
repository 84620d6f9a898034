package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.template.GoTemplate;
import dev.chasqui.template.TemplateException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Templates in Go's syntax, parsed once. Safe to use from many threads.
final class GoTemplates {

    private static final int MOST_KEPT = 32;

    /// The longest unused goes first.
    private final Map<String, GoTemplate> parsed = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, GoTemplate> eldest) {
            return size() > MOST_KEPT;
        }
    });

    /// One that came with a request.
    ///
    /// @throws BackendException with the parser's words, if it is no template
    GoTemplate ofRequest(String text) {
        try {
            return parsed(text);
        } catch (TemplateException e) {
            throw new BackendException(BackendException.Kind.INVALID, String.valueOf(e.getMessage()), e);
        }
    }

    /// The one that writes a model's prompts, where that is in Go's syntax.
    ///
    /// @throws BackendException if it is no template
    Optional<GoTemplate> of(ModelSource source) {
        return source.usesGoTemplate() ? given(source) : Optional.empty();
    }

    /// The one somebody gave a model, whether it writes its prompts or not.
    ///
    /// @throws BackendException if it is no template
    Optional<GoTemplate> given(ModelSource source) {
        try {
            return source.template().map(this::parsed);
        } catch (TemplateException e) {
            throw BackendException.failed(
                    "the TEMPLATE of model '" + source.name() + "' cannot be used: " + e.getMessage(), e);
        }
    }

    private GoTemplate parsed(String text) {
        GoTemplate known = parsed.get(text);
        if (known != null) return known;
        GoTemplate fresh = GoTemplate.parse(text);
        parsed.put(text, fresh);
        return fresh;
    }
}
