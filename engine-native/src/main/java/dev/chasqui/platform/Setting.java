package dev.chasqui.platform;

import java.util.Locale;
import java.util.Optional;

/// A setting of this room: the system property first, then the environment variable.
enum Setting {
    /// A folder with the user's own build of llama.cpp, instead of the libraries we ship.
    CHASQUI_LLAMA_DIR,
    /// Where libraries are extracted to and verdicts are kept.
    CHASQUI_CACHE_DIR,
    /// The CPU variant to use, for example `haswell`; it is proven like any other.
    CHASQUI_CPU_VARIANT,
    /// The Java heap of an engine in a process of its own, as `-Xmx` takes it: `512m`.
    CHASQUI_ISOLATION_HEAP,
    /// Whether a thread on which native code gives up is stopped instead of ending the process: on or off.
    CHASQUI_CONTAINMENT,
    /// Seconds of computing without progress after which a decode counts as stuck; `0` never.
    CHASQUI_WATCHDOG;

    Optional<String> value() {
        return Optional.ofNullable(System.getProperty(property()))
                .or(() -> Optional.ofNullable(System.getenv(name())))
                .filter(value -> !value.isBlank());
    }

    /// For example `chasqui.llama.dir`.
    String property() {
        return name().toLowerCase(Locale.ROOT).replace('_', '.');
    }
}
