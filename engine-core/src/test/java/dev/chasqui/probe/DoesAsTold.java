package dev.chasqui.probe;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// A probing child that leaves a sign beside the model's file and then does what the file `told` there says.
public final class DoesAsTold {

    private DoesAsTold() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[3]).resolveSibling("signs");
        String self = Long.toString(ProcessHandle.current().pid());
        Files.createFile(folder.resolve(self));
        switch (Files.readString(folder.resolveSibling("told")).strip()) {
            case "live" -> System.out.println(ProbeChild.LIVED);
            case "hang" -> new CountDownLatch(1).await();
            case "be killed" -> {
                new ProcessBuilder("kill", "-9", self).start().waitFor();
                new CountDownLatch(1).await();
            }
            default -> throw new IllegalStateException("it was told nothing");
        }
    }
}
