package dev.chasqui.gguf;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The other files of a split model: rule V17. llama.cpp finds them by the first one's name.
final class SplitParts {

    private static final Pattern NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");

    private SplitParts() {}

    /// @throws GgufException if the file is not the first part, or one is missing or says it is another
    static List<Path> siblings(GgufFile first, int most) {
        long count = first.integer("split.count").orElse(0);
        if (count > most) throw wrong(first, "key split.count is " + count, "at most " + most);
        if (first.type("split.count").orElseThrow() != ValueType.UINT16) {
            throw wrong(
                    first,
                    "key split.count is of type " + first.type("split.count").get(),
                    "UINT16");
        }
        requireNumber(first, 0);
        Matcher name = NAME.matcher(String.valueOf(first.path().getFileName()));
        if (!name.matches() || Long.parseLong(name.group(3)) != count || Long.parseLong(name.group(2)) != 1) {
            throw wrong(
                    first,
                    "it is the first of " + count + " parts and has the name "
                            + first.path().getFileName(),
                    String.format("a name that ends with -00001-of-%05d.gguf, so that the others can be found", count));
        }
        List<Path> siblings = new ArrayList<>();
        List<GgufFile> parts = new ArrayList<>(List.of(first));
        for (int number = 1; number < count; number++) {
            Path sibling = first.path()
                    .resolveSibling(String.format("%s-%05d-of-%05d.gguf", name.group(1), number + 1, count));
            if (!Files.isRegularFile(sibling))
                throw wrong(first, "its part " + sibling + " is missing", "all parts in one folder");
            GgufFile part = GgufFile.read(sibling);
            requireNumber(part, number);
            parts.add(part);
            siblings.add(sibling);
        }
        JoinedGguf.of(parts);
        return siblings;
    }

    /// llama.cpp asks for it as a number of 16 bits without looking whether it is one.
    private static void requireNumber(GgufFile part, int number) {
        ValueType type = part.type("split.no").orElseThrow(() -> wrong(part, "key split.no is missing", "its number"));
        if (type != ValueType.UINT16) throw wrong(part, "key split.no is of type " + type, "UINT16");
        long is = part.integer("split.no").orElse(-1);
        if (is != number) throw wrong(part, "key split.no is " + is, String.valueOf(number));
    }

    private static GgufException wrong(GgufFile file, String what, String expected) {
        return new GgufException("V17", file.path() + ": " + what + "; expected " + expected);
    }
}
