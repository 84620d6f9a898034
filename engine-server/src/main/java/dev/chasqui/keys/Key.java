package dev.chasqui.keys;

import dev.chasqui.api.BackendException;
import java.util.Optional;
import java.util.regex.Pattern;

/// What is known of a key: one line of the keys file, `role name rate sha256:hash`, with `-` for no rate.
///
/// @param name     for people and the log: letters, digits, `.`, `_`, `-`; at most 64
/// @param hash     of the key, as 64 hexadecimal digits
public record Key(Role role, String name, Optional<Rate> rate, String hash) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern HASH = Pattern.compile("sha256:[0-9a-f]{64}");

    /// @throws BackendException if the name is none
    public Key {
        if (!NAME.matcher(name).matches()) {
            throw BackendException.invalid("the key's name is \"" + name
                    + "\"; expected at most 64 letters, digits, dots, underscores and hyphens");
        }
    }

    /// @throws BackendException if the line is none of a keys file
    static Key parse(String line) {
        String[] parts = line.strip().split("\\s+");
        if (parts.length != 4 || !HASH.matcher(parts[3]).matches()) {
            throw BackendException.invalid("expected `role name rate sha256:hash`, as `chasqui key new` writes it");
        }
        Optional<Rate> rate = parts[2].equals("-") ? Optional.empty() : Optional.of(Rate.parse(parts[2]));
        return new Key(Role.parse(parts[0]), parts[1], rate, parts[3].substring("sha256:".length()));
    }

    String line() {
        return role + " " + name + " " + rate.map(Rate::toString).orElse("-") + " sha256:" + hash;
    }
}
