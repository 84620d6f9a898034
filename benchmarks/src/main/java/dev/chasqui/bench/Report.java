package dev.chasqui.bench;

import dev.chasqui.api.Version;
import dev.chasqui.platform.NativeLibraries;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What was measured, for people and for programs.
final class Report {

    private static final double BUSY = 0.3;

    /// Something the project promises.
    ///
    /// @param atLeast whether the value must reach the target; else it must not exceed it
    record Claim(String model, String text, double value, boolean atLeast, double target, String unit) {

        static Claim atLeast(BenchModel model, String text, double value, double target) {
            return new Claim(model.name(), text, value, true, target, "");
        }

        static Claim atMost(BenchModel model, String text, double value, double target) {
            return new Claim(model.name(), text, value, false, target, "");
        }

        /// @param unit with the space before it, ` ms`
        Claim in(String unit) {
            return new Claim(model, text, value, atLeast, target, unit);
        }

        boolean met() {
            return atLeast ? value >= target : value <= target;
        }
    }

    /// One row of numbers.
    record Row(String model, String name, String unit, double[] values) {}

    private final Map<String, Object> machine = new LinkedHashMap<>();
    private final List<Row> rows = new ArrayList<>();
    private final List<Claim> claims = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final Map<String, String> failures = new LinkedHashMap<>();

    Report(int threads) {
        machine.put("at", Instant.now().toString());
        machine.put(
                "load average at the start",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        machine.put("uptime", firstLine(Path.of("/proc/uptime")));
        machine.put("processors", processors());
        machine.put("threads", threads);
        machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        machine.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
    }

    void note(String key, Object value) {
        machine.put(key, value);
    }

    /// What computes, and in which versions.
    void noteVersions() {
        NativeLibraries libraries = NativeLibraries.load();
        note("cpu", libraries.cpu().features().model());
        note("chasqui", Version.current());
        note(
                "llama.cpp",
                libraries.llamaVersion() + ", " + libraries.cpu().variant().name());
    }

    /// The versions that servers report.
    void noteServers(List<String> sides, BenchModel model) {
        for (String name : sides) {
            if (name.equals(Side.EMBEDDED)) continue;
            try (Side side = Side.open(name, model)) {
                note("version of " + name, side.backend().version());
            }
        }
    }

    void add(Outcome outcome) {
        outcomes.add(outcome);
    }

    List<Outcome> outcomes() {
        return outcomes;
    }

    void add(String model, String unit, Rounds rounds) {
        rounds.values().forEach((name, values) -> add(new Row(model, name, unit, values)));
    }

    void add(Row row) {
        rows.add(row);
    }

    List<Row> rows() {
        return rows;
    }

    void claim(Claim claim) {
        claims.add(claim);
    }

    List<Claim> claims() {
        return claims;
    }

    /// A section that failed, so that nobody takes its absence for a success.
    void notMeasured(String section, RuntimeException why) {
        failures.put(section, String.valueOf(why.getMessage()));
    }

    /// Whether everything was measured that should be.
    boolean isWhole() {
        return failures.isEmpty();
    }

    /// Whether somebody else computed when this began: then no number here means much.
    boolean machineIsBusy() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage() > BUSY * processors();
    }

    String machineLine() {
        return String.join(
                ", ",
                machine.entrySet().stream()
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .toList());
    }

    String markdown() {
        StringBuilder text = new StringBuilder("# Benchmark results\n\n")
                .append(machineLine())
                .append("\n\n");
        failures.forEach((section, why) -> text.append("**Not measured**: ")
                .append(section)
                .append(": ")
                .append(why)
                .append("\n\n"));
        if (!claims.isEmpty()) text.append("| model | what | measured | target | |\n|---|---|---:|---:|---|\n");
        for (Claim claim : claims) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %.3f%s | %s %s%s | %s |\n",
                    claim.model(),
                    claim.text(),
                    claim.value(),
                    claim.unit(),
                    claim.atLeast() ? ">=" : "<=",
                    claim.target(),
                    claim.unit(),
                    claim.met() ? "met" : "**missed**"));
        }
        text.append(OutcomeTables.markdown(outcomes));
        if (rows.isEmpty()) return text.toString();
        text.append(
                "\n| model | subject | median | least | most | rounds | unit |\n|---|---|---:|---:|---:|---:|---|\n");
        for (Row row : rows) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %.2f | %.2f | %.2f | %d | %s |\n",
                    row.model(),
                    row.name(),
                    Rounds.median(row.values()),
                    Arrays.stream(row.values()).min().orElseThrow(),
                    Arrays.stream(row.values()).max().orElseThrow(),
                    row.values().length,
                    row.unit()));
        }
        return text.toString();
    }

    /// Writes `NAME.json` and `NAME.md`, and where sides were compared by the suite `NAME.html`.
    void write(Path folder, String name) throws IOException {
        Files.createDirectories(folder);
        JsonMapper mapper =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("machine", machine);
        all.put("claims", claims);
        all.put("rows", rows);
        all.put("outcomes", outcomes);
        all.put("failures", failures);
        Files.write(folder.resolve(name + ".json"), mapper.writeValueAsBytes(all));
        Files.writeString(folder.resolve(name + ".md"), markdown());
        if (outcomes.isEmpty()) return;
        Files.writeString(folder.resolve(name + ".html"), HtmlPage.of(machine, failures, outcomes));
    }

    private static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }

    private static String firstLine(Path file) {
        try {
            return Files.readString(file).strip() + " s";
        } catch (IOException e) {
            return "unknown";
        }
    }
}
