package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.Options;
import dev.chasqui.engine.Isolation;
import dev.chasqui.engine.LoadPlan;
import dev.chasqui.engine.MachineMemory;
import dev.chasqui.tune.Effort;
import dev.chasqui.tune.StoredTuning;
import dev.chasqui.tune.TuneProgress;
import dev.chasqui.tune.TuneReport;
import dev.chasqui.tune.Workload;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Runs commands in this JVM against scripted rooms and keeps what they print.
final class CommandRun implements Rooms, Tunings {

    final ScriptedBackend embedded = new ScriptedBackend();
    final ScriptedBackend server = new ScriptedBackend();
    final Map<String, String> environment = new HashMap<>();
    final List<String> served = new ArrayList<>();
    final List<String> done = new ArrayList<>();
    URI address = URI.create("http://127.0.0.1:1");
    Diagnosis diagnosis = new Diagnosis(List.of());

    @Nullable
    LoadPlan plan;

    MachineMemory memory = new MachineMemory(8_000_000_000L, 4_000_000_000L, OptionalLong.empty());

    Options fallback = Options.NONE;

    @Nullable
    TuneReport tuneReport;

    final Map<String, StoredTuning> tuned = new HashMap<>();
    int tunedElsewhere;

    String typed = "";
    Screen.Input input = Screen.Input.NOTHING;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    int run(String... arguments) {
        out.reset();
        err.reset();
        return ChasquiCommand.run(this, screen(), arguments);
    }

    Screen screen() {
        return new Screen(
                new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                input,
                false,
                false,
                true,
                false);
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    CommandRun piped(String text) {
        typed = text;
        input = Screen.Input.TEXT;
        return this;
    }

    @Override
    public Map<String, String> environment() {
        return environment;
    }

    @Override
    public Backend embedded() {
        return embedded;
    }

    @Override
    public Backend embeddedForOne(Options fallback) {
        this.fallback = fallback;
        return embedded;
    }

    @Override
    public Rooms withIsolation(Isolation level) {
        served.add("isolation " + level);
        return this;
    }

    @Override
    public Backend server() {
        return server;
    }

    @Override
    public URI serverAddress() {
        return address;
    }

    @Override
    public MachineMemory memory() {
        return memory;
    }

    @Override
    public void serve(Optional<String> host, Optional<Integer> port, Map<String, String> settings) {
        served.add(host.orElse("default") + ":" + port.map(String::valueOf).orElse("default")
                + (settings.isEmpty() ? "" : " " + new TreeMap<>(settings)));
    }

    @Override
    public LoadPlan plan(String model, Options options) {
        done.add("plan " + model + " " + options);
        return Objects.requireNonNull(plan);
    }

    @Override
    public Tunings tunings() {
        return this;
    }

    @Override
    public TuneReport measure(
            String model, Workload workload, Effort effort, OptionalInt contextTokens, TuneProgress progress) {
        done.add("measure " + model + " " + workload + " " + effort + " " + contextTokens);
        progress.at("loading", 0, 1);
        progress.at("measuring num_batch", 4, 10);
        progress.at("measuring num_batch", 10, 10);
        return Objects.requireNonNull(tuneReport);
    }

    @Override
    public Path keep(String model, TuneReport report) {
        done.add("keep " + model + " " + report.chosen());
        return Path.of("/cache/tuned/file");
    }

    @Override
    public Optional<StoredTuning> stored(String model) {
        return Optional.ofNullable(tuned.get(model));
    }

    @Override
    public int elsewhere(String model) {
        return tunedElsewhere;
    }

    @Override
    public int forget(String model) {
        return tuned.remove(model) == null ? 0 : 1;
    }

    @Override
    public Diagnosis diagnose() {
        return diagnosis;
    }
}
