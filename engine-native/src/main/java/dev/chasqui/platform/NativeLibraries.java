package dev.chasqui.platform;

import java.nio.file.Path;

/// llama.cpp's libraries, loaded into this process once.
public final class NativeLibraries {

    private final Path folder;

    private NativeLibraries(Path folder) {
        this.folder = folder;
    }

    /// The folder that holds every library of this platform.
    public Path folder() {
        return folder;
    }
}
