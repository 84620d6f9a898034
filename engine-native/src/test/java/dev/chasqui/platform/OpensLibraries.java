package dev.chasqui.platform;

import java.nio.file.Path;

/// A proving child without a decode.
final class OpensLibraries {

    private OpensLibraries() {}

    public static void main(String[] arguments) {
        NativeLibraries.loadUnproven(Path.of(arguments[0]), Path.of(arguments[1]));
        System.out.println(NativeLibraries.PROVEN);
    }
}
