package dev.chasqui.registry;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelName;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A model's name as somebody wrote it who wants to reach its registry:
/// `[http[s]://][host/][namespace/]model[:tag]`.
///
/// @param name      the same model in the store; how its registry is spoken to is no part of that
/// @param scheme    `http` or `https`, where it was written
/// @param namesHost whether a registry was written, and not only meant
public record RemoteName(ModelName name, Optional<String> scheme, boolean namesHost) {

    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://(.*)", Pattern.DOTALL);

    /// @throws BackendException `invalid model name`, if the text is none
    public static RemoteName parse(String text) {
        Matcher parts = SCHEME.matcher(text);
        if (!parts.matches()) return new RemoteName(ModelName.parse(text), Optional.empty(), namesHost(text));
        String scheme = parts.group(1).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw BackendException.invalid(
                    "invalid model name: a registry is spoken to by http or https, not by " + scheme);
        }
        return new RemoteName(ModelName.parse(parts.group(2)), Optional.of(scheme), namesHost(parts.group(2)));
    }

    private static boolean namesHost(String text) {
        return text.chars().filter(c -> c == '/').count() == 2;
    }
}
