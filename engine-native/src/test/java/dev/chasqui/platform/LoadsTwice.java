package dev.chasqui.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;

/// Loads one copy of llama.cpp by hand and then ours.
final class LoadsTwice {

    private LoadsTwice() {}

    public static void main(String[] arguments) throws Exception {
        Path other = Path.of(arguments[0]);
        SymbolLookup.libraryLookup(other.resolve("libggml-base.so"), Arena.global());
        LoadsNatives.main(new String[0]);
    }
}
