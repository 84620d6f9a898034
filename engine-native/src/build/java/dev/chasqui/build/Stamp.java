package dev.chasqui.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Remembers what a folder was made from and what it held, so that a second build does nothing.
///
/// @param file   where that is written
/// @param source what the folder is made from; another text means to make it anew
record Stamp(Path file, String source) {

    boolean isCurrent() throws IOException {
        if (!Files.exists(file)) return false;
        List<String> lines = Files.readAllLines(file);
        if (lines.isEmpty() || !lines.getFirst().equals(source)) return false;
        for (String line : lines.subList(1, lines.size())) {
            int space = line.indexOf(' ');
            Path made = Path.of(line.substring(space + 1));
            if (!Files.exists(made) || Files.size(made) != Long.parseLong(line.substring(0, space))) return false;
        }
        return true;
    }

    void write(List<Path> made) throws IOException {
        List<String> lines = new ArrayList<>(List.of(source));
        for (Path path : made) lines.add(Files.size(path) + " " + path);
        Files.createDirectories(file.getParent());
        Files.write(file, lines);
    }

    static List<Path> filesIn(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
