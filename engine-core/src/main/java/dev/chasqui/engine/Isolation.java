package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import java.util.Locale;

/// How far native code is kept away from this JVM; the value of `CHASQUI_ISOLATION`.
public enum Isolation {
    /// Models are loaded here, after the checks in Java.
    NONE,
    /// As [#NONE], after a throwaway process has loaded the model once and lived.
    PROBE,
    /// Models are loaded in a process of their own; this JVM loads no native library.
    PROCESS;

    /// Reads `none`, `probe` or `process`.
    ///
    /// @throws BackendException if it is another word
    public static Isolation parse(String word) {
        for (Isolation each : values()) {
            if (each.wire().equals(word.toLowerCase(Locale.ROOT))) return each;
        }
        throw BackendException.invalid("isolation is \"" + word + "\"; expected none, probe or process");
    }

    /// As it is written: `none`, `probe`, `process`.
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
