package dev.chasqui.build;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// Runs other programs of the machine.
final class Commands {

    private Commands() {}

    /// @param missing what to do if there is no such program
    /// @param failed  what to do if it fails; its last words follow
    static void run(Path folder, List<String> command, String missing, String failed) {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new BuildException(missing + " (" + e.getMessage() + ")");
        }
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status != 0) throw new BuildException(failed + "\n" + command + " said:\n" + output.strip());
        } catch (IOException e) {
            throw new BuildException(failed + " (" + e.getMessage() + ")");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BuildException("interrupted while " + command + " ran");
        } finally {
            process.destroy();
        }
    }
}
