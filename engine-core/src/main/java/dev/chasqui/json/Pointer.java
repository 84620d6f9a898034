package dev.chasqui.json;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// JSON pointers, RFC 6901.
final class Pointer {

    private Pointer() {}

    static String child(String path, String name) {
        return path + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    /// The pointer in a reference within one document, `#/…`, in the form [#child] writes.
    ///
    /// @return empty if it is another kind of reference
    static Optional<String> ofReference(String reference) {
        if (!reference.equals("#") && !reference.startsWith("#/")) return Optional.empty();
        try {
            // A plus sign is no space here.
            return Optional.of(URLDecoder.decode(reference.substring(1).replace("+", "%2B"), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // a percent sign without its digits
        }
    }

    static Optional<Json> find(Json document, String pointer) {
        Json at = document;
        for (String step :
                pointer.isEmpty() ? new String[0] : pointer.substring(1).split("/", -1)) {
            String name = step.replace("~1", "/").replace("~0", "~");
            if (at instanceof Json.Obj(Map<String, Json> members) && members.containsKey(name)) {
                at = members.get(name);
            } else if (at instanceof Json.Arr(List<Json> items) && isIndex(name, items.size())) {
                at = items.get(Integer.parseInt(name));
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(at);
    }

    private static boolean isIndex(String name, int size) {
        return name.matches("0|[1-9][0-9]{0,8}") && Integer.parseInt(name) < size;
    }
}
