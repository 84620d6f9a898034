package dev.chasqui.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/// What reads bytes that a stranger wrote. It may end with the exceptions it declares and with no other.
///
/// @param name  of the class whose `fuzzerTestOneInput(byte[])` jazzer calls
/// @param seeds inputs to begin with
public record Target(String name, List<byte[]> seeds) {

    public static Target of(Class<?> target, String... seeds) {
        return new Target(
                target.getName(),
                Stream.of(seeds)
                        .map(seed -> seed.getBytes(StandardCharsets.UTF_8))
                        .toList());
    }

    public static Target ofBytes(Class<?> target, byte[]... seeds) {
        return new Target(target.getName(), List.of(seeds));
    }

    String simpleName() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    @Override
    public String toString() {
        return simpleName();
    }
}
