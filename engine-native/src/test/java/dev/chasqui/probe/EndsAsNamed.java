package dev.chasqui.probe;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// A probing child that ends as the model's file name says, without looking into it.
final class EndsAsNamed {

    private EndsAsNamed() {}

    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[3]);
        System.out.println(ProbeChild.STAGE + "it was tested");
        switch (file.getFileName().toString()) {
            case "hangs.gguf" -> new CountDownLatch(1).await();
            case "killed.gguf" -> raise(9);
            case "terminated.gguf" -> raise(15);
            case "aborts.gguf" -> raise(6);
            case "refused.gguf" -> {
                System.out.println(ProbeChild.REFUSED + "it holds nothing");
                System.exit(ProbeChild.REFUSED_STATUS);
            }
            case "silent.gguf" -> {}
            case "counted.gguf" -> {
                Files.createFile(file.resolveSibling(ProcessHandle.current().pid() + ".probed"));
                System.out.println(ProbeChild.LIVED);
            }
            default -> throw new AssertionError(file);
        }
    }

    private static void raise(int signal) throws Exception {
        String self = Long.toString(ProcessHandle.current().pid());
        new ProcessBuilder("kill", "-" + signal, self).inheritIO().start().waitFor();
        new CountDownLatch(1).await();
    }
}
