package dev.chasqui.cli;

import dev.chasqui.api.BackendException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A prompt that names images by their paths, as one drags them into a terminal.
///
/// @param text   the prompt; without the paths, if the model sees images
/// @param images the files' bytes, in the order they are named
/// @param names  of the files
record ImagePaths(String text, List<byte[]> images, List<String> names) {

    private static final long MOST_BYTES = 100 << 20;
    private static final Pattern PATH =
            Pattern.compile("(?:[A-Za-z]:|~|\\.\\.?)?[/\\\\](?:\\\\ |\\S)+?\\.(?i:jpe?g|png|webp)(?![A-Za-z0-9])");

    ImagePaths {
        images = List.copyOf(images);
        names = List.copyOf(names);
    }

    /// Looks for files that are there; what is none stays text.
    ///
    /// @param sees whether the model takes images; else they are only named
    /// @throws BackendException if a file cannot be read, is larger than 100 MiB, or is no JPEG, PNG or WebP image
    static ImagePaths in(String prompt, boolean sees) throws IOException {
        List<byte[]> images = new ArrayList<>();
        List<String> names = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        Matcher paths = PATH.matcher(prompt);
        int from = 0;
        while (paths.find()) {
            Optional<Path> file = file(paths.group());
            if (file.isEmpty()) continue;
            names.add(paths.group());
            if (!sees) continue;
            images.add(image(file.get()));
            text.append(prompt, from, paths.start());
            from = paths.end();
        }
        return new ImagePaths(text.append(prompt.substring(from)).toString().strip(), images, names);
    }

    private static Optional<Path> file(String written) {
        String path = written.replace("\\ ", " ");
        if (path.startsWith("~")) path = System.getProperty("user.home") + path.substring(1);
        try {
            return Optional.of(Path.of(path)).filter(Files::isRegularFile);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static byte[] image(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw BackendException.invalid(
                    file + " has " + Files.size(file) + " bytes; expected at most " + MOST_BYTES);
        }
        byte[] bytes = Files.readAllBytes(file);
        boolean jpeg = begins(bytes, 0, 0xff, 0xd8, 0xff);
        boolean png = begins(bytes, 0, 0x89, 'P', 'N', 'G');
        boolean webp = begins(bytes, 0, 'R', 'I', 'F', 'F') && begins(bytes, 8, 'W', 'E', 'B', 'P');
        if (jpeg || png || webp) return bytes;
        throw BackendException.invalid(file + " is no image, whatever its name says; expected JPEG, PNG or WebP");
    }

    private static boolean begins(byte[] bytes, int at, int... magic) {
        if (bytes.length < at + magic.length) return false;
        for (int i = 0; i < magic.length; i++) {
            if ((bytes[at + i] & 0xff) != magic[i]) return false;
        }
        return true;
    }
}
