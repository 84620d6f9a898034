package dev.chasqui.build;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The machine's own tar; Linux, macOS and Windows 10 have one.
final class Tar {

    private Tar() {}

    /// @param members which files; all if empty
    static void unpack(Path tarball, Path folder, List<String> members) {
        List<String> command = new ArrayList<>(List.of("tar", "-xzf", tarball.toString(), "--strip-components=1"));
        command.addAll(members);
        Commands.run(
                folder,
                command,
                "tar is needed to unpack llama.cpp's libraries and is not installed: apt-get install tar",
                "cannot unpack " + tarball + "; delete it to have it fetched again");
    }
}
