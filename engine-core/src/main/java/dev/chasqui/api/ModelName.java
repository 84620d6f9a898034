package dev.chasqui.api;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A model's name in Ollama's grammar, `[host/][namespace/]model[:tag]`, with the parts that were left out filled
/// in. The parts become folder names, so only checked characters get here.
///
/// @param host      a registry; `registry.ollama.ai` where it was left out
/// @param namespace `library` where it was left out
/// @param tag       `latest` where it was left out
public record ModelName(String host, String namespace, String model, String tag) {

    public static final String DEFAULT_HOST = "registry.ollama.ai";
    public static final String DEFAULT_NAMESPACE = "library";
    public static final String DEFAULT_TAG = "latest";

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.:-]{0,349}");
    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_-]{0,79}");
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}");
    /// Devices and not files on Windows, with any ending: a store must be good there too.
    private static final Pattern DEVICE =
            Pattern.compile("(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\\..*)?", Pattern.CASE_INSENSITIVE);

    private static final Pattern SPLIT = Pattern.compile(
            "(?:[a-z][a-z0-9+.-]*://)?(?:(?:([^/]*)/)?([^/]*)/)?([^/:]*)(?::([^/:]*))?", Pattern.CASE_INSENSITIVE);

    public ModelName {
        if (!HOST.matcher(host).matches()
                || !NAMESPACE.matcher(namespace).matches()
                || !PART.matcher(model).matches()
                || !PART.matcher(tag).matches()
                || Stream.of(host, namespace, model, tag)
                        .anyMatch(part -> DEVICE.matcher(part).matches())) {
            throw BackendException.invalid("invalid model name");
        }
    }

    /// @throws BackendException `invalid model name`, if the text is none
    public static ModelName parse(String text) {
        Matcher parts = SPLIT.matcher(text);
        if (text.length() > 700 || !parts.matches()) throw BackendException.invalid("invalid model name");
        return new ModelName(
                Optional.ofNullable(parts.group(1)).orElse(DEFAULT_HOST),
                Optional.ofNullable(parts.group(2)).orElse(DEFAULT_NAMESPACE),
                parts.group(3),
                Optional.ofNullable(parts.group(4)).orElse(DEFAULT_TAG));
    }

    /// As people write it: default host and namespace left out, the tag always there.
    public String shortForm() {
        String name = model + ":" + tag;
        if (!host.equals(DEFAULT_HOST)) return host + "/" + namespace + "/" + name;
        return namespace.equals(DEFAULT_NAMESPACE) ? name : namespace + "/" + name;
    }

    /// Every part: `registry.ollama.ai/library/smollm2:135m`.
    public String longForm() {
        return host + "/" + namespace + "/" + model + ":" + tag;
    }

    /// Whether both name the same model: case does not count.
    public boolean matches(ModelName other) {
        return longForm().equalsIgnoreCase(other.longForm());
    }

    @Override
    public String toString() {
        return shortForm();
    }
}
