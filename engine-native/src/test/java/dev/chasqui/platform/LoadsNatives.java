package dev.chasqui.platform;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// What [NativeLibraries#load] does, with a child that only opens the libraries. Prints what is loaded
/// afterwards.
final class LoadsNatives {

    private LoadsNatives() {}

    public static void main(String[] arguments) throws Exception {
        CpuProof proof = new CpuProof(OpensLibraries.class.getName(), Duration.ofSeconds(120));
        NativeLibraries loaded;
        try {
            loaded = NativeLibraries.load(proof);
        } catch (NativeLibraryException e) {
            System.out.println("refused: " + e.getMessage());
            System.exit(1);
            return;
        }
        System.out.println("variant " + loaded.cpu().variant().name());
        System.out.println("version " + loaded.llamaVersion());
        System.out.println("folder " + loaded.folder());
        System.out.println("remembered " + loaded.cpu().tried().getLast().remembered());
        loaded.gpus().forEach(line -> System.out.println("gpu " + line));
        System.out.println("found " + loaded.symbols().find("llama_decode").isPresent());
        if (!Platform.host().isLinux()) return;
        Files.readString(Path.of("/proc/self/maps"))
                .lines()
                .filter(line -> line.matches(".*/lib(llama|ggml)[^/]*"))
                .map(line -> "mapped " + line.substring(line.lastIndexOf('/') + 1))
                .distinct()
                .forEach(System.out::println);
    }
}
