package dev.chasqui.api;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    private static final int LONGEST_HOST = 350;
    private static final int LONGEST_PART = 80;

    /// Devices and not files on Windows, with any ending: a store must be good there too.
    private static final Set<String> DEVICES = Set.of(
            "con", "prn", "aux", "nul", "com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
            "lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9");

    private static final int LONGEST_DEVICE = 4;

    private static final Pattern SPLIT = Pattern.compile(
            "(?:[a-z][a-z0-9+.-]*://)?(?:(?:([^/]*)/)?([^/]*)/)?([^/:]*)(?::([^/:]*))?", Pattern.CASE_INSENSITIVE);

    public ModelName {
        boolean valid = isPart(host, LONGEST_HOST, "_-.:")
                && isPart(namespace, LONGEST_PART, "_-")
                && isPart(model, LONGEST_PART, "_-.")
                && isPart(tag, LONGEST_PART, "_-.");
        if (!valid) {
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

    /// Without patterns: a list of ten thousand models asks forty thousand times, in a process that just started.
    ///
    /// @param others what may stand there beside ASCII's letters and digits, of which only the first may begin it
    private static boolean isPart(String text, int longest, String others) {
        if (text.isEmpty() || text.length() > longest || others.indexOf(text.charAt(0)) > 0) return false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!plain && others.indexOf(c) < 0) return false;
        }
        int dot = text.indexOf('.');
        String stem = dot < 0 ? text : text.substring(0, dot);
        return stem.length() > LONGEST_DEVICE || !DEVICES.contains(stem.toLowerCase(Locale.ROOT));
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
