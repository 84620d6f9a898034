package dev.chasqui;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Imports and data walk the same stairs: cli → http → engine → schedule → llama → platform; `api` looks at
/// nobody.
class RoomsTest {

    /// Which rooms a room may look into. A new room or a new door belongs here, with a thought.
    private static final Map<String, Set<String>> DOORS = Map.ofEntries(
            Map.entry("api", Set.of()),
            Map.entry("platform", Set.of()),
            Map.entry("llama", Set.of("platform")),
            Map.entry("llama.common", Set.of("llama", "platform")),
            Map.entry("probe", Set.of("llama", "llama.common", "platform")),
            Map.entry("gguf", Set.of("api")),
            Map.entry("registry", Set.of("api")),
            Map.entry("store", Set.of("api", "gguf", "template", "registry")),
            Map.entry("template", Set.of("api")),
            Map.entry("json", Set.of()),
            Map.entry("decide", Set.of("api")),
            Map.entry("schedule", Set.of("llama")),
            Map.entry("isolate", Set.of("api", "platform")),
            Map.entry(
                    "engine",
                    Set.of(
                            "api",
                            "gguf",
                            "store",
                            "registry",
                            "template",
                            "json",
                            "schedule",
                            "isolate",
                            "tune",
                            "llama",
                            "llama.common",
                            "probe",
                            "platform",
                            "ollama",
                            "decide")),
            Map.entry("tune", Set.of("llama", "platform")),
            Map.entry("ollama", Set.of("api")),
            Map.entry("http", Set.of("api", "engine", "keys")),
            Map.entry("keys", Set.of("api")),
            Map.entry(
                    "cli",
                    Set.of(
                            "api",
                            "http",
                            "keys",
                            "engine",
                            "tune",
                            "ollama",
                            "store",
                            "gguf",
                            "llama",
                            "llama.common",
                            "platform")));

    private static final Pattern EDGE = Pattern.compile("\\s+dev\\.chasqui\\.(\\S+)\\s+->\\s+(\\S+)\\s.*");

    @Test
    void noRoomLooksUpTheStairs() {
        List<String> climbing = new ArrayList<>();
        Set<String> rooms = new TreeSet<>();
        for (String line : jdeps()) {
            Matcher edge = EDGE.matcher(line);
            if (!edge.matches()) continue;
            String room = edge.group(1);
            rooms.add(room);
            String seen = edge.group(2);
            if (!seen.startsWith("dev.chasqui.")) continue;
            String other = seen.substring("dev.chasqui.".length());
            if (!other.equals(room) && !DOORS.getOrDefault(room, Set.of()).contains(other)) {
                climbing.add(room + " -> " + other);
            }
        }

        assertThat(rooms).as("rooms without a line in DOORS").isSubsetOf(DOORS.keySet());
        assertThat(rooms).contains("api", "platform", "llama", "schedule", "template", "engine", "http", "cli");
        assertThat(climbing).as("imports that climb").isEmpty();
    }

    @Test
    void onlyPlatformAndLlamaTouchNativeMemory() {
        List<String> touching = jdeps().stream()
                .map(EDGE::matcher)
                .filter(Matcher::matches)
                .filter(edge -> edge.group(2).equals("java.lang.foreign"))
                .map(edge -> edge.group(1))
                .toList();

        assertThat(touching).isNotEmpty().isSubsetOf("platform", "llama");
    }

    private static List<String> jdeps() {
        String classPath = Stream.of(System.getProperty("java.class.path").split(System.getProperty("path.separator")))
                .filter(entry ->
                        entry.matches(".*engine-(native|core|server)[^/\\\\]*([/\\\\]target[/\\\\]classes|\\.jar)"))
                .collect(Collectors.joining(" "));
        List<String> arguments = new ArrayList<>(List.of("--ignore-missing-deps", "-verbose:package"));
        arguments.addAll(List.of(classPath.split(" ")));
        StringWriter out = new StringWriter();
        int exit = ToolProvider.findFirst("jdeps")
                .orElseThrow()
                .run(new PrintWriter(out), new PrintWriter(out), arguments.toArray(String[]::new));
        assertThat(exit).as(out.toString()).isZero();
        return out.toString().lines().toList();
    }
}
