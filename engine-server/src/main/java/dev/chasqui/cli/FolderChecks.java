package dev.chasqui.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Judges a folder this program writes to.
final class FolderChecks {

    private FolderChecks() {}

    /// @param neededBytes below this much free space something is wrong
    /// @param setting     the environment variable that names another folder
    static Finding folder(String topic, Path folder, long neededBytes, String setting) {
        Path there = folder.toAbsolutePath();
        while (there.getParent() != null && !Files.exists(there)) there = there.getParent();
        String absent = there.equals(folder.toAbsolutePath()) ? "" : " (made on first use)";

        if (!Files.isDirectory(there)) {
            return Finding.problem(
                    topic, folder + " cannot be a folder: " + there + " is a file", "remove it, or set " + setting);
        }
        if (!Files.isWritable(there)) {
            return Finding.problem(
                    topic,
                    folder + " cannot be written: " + there + " is not yours",
                    "sudo chown -R $USER " + there + ", or set " + setting + " to a folder of yours");
        }
        long free;
        try {
            free = Files.getFileStore(there).getUsableSpace();
        } catch (IOException e) {
            return Finding.warning(topic, folder + ": its free space is unknown: " + e.getMessage(), "check the disk");
        }
        String text = folder + absent + ", " + Human.bytes(free) + " free";
        if (free < neededBytes) {
            return Finding.problem(
                    topic,
                    text + "; " + Human.bytes(neededBytes) + " are needed",
                    "make room there, or set " + setting + " to a folder on another disk");
        }
        return Finding.ok(topic, text);
    }
}
