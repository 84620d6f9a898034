package dev.chasqui.bench;

import dev.chasqui.api.Backend;
import dev.chasqui.api.Options;
import dev.chasqui.bench.Report.Claim;
import dev.chasqui.bench.Report.Row;
import dev.chasqui.bench.Rounds.Subject;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.engine.Isolation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;

/// What it costs to have the engine in a process of its own: for a call, for a token, in memory, at the start.
///
/// The call is the shortest there is: a prompt that is cached on both sides, and one token.
final class IsolationPrice implements Section {

    private static final String CALL_HERE = "call of one token, prompt cached, in this JVM";
    private static final String CALL_APART = "call of one token, prompt cached, own process";
    private static final String DECODE_HERE = "decode 128, in this JVM";
    private static final String DECODE_APART = "decode 128, own process";
    private static final int WARMUPS = 100;
    private static final int IN_A_ROW = 10;
    private static final double MILLION = 1e6;

    @Override
    public String name() {
        return "isolation";
    }

    @Override
    public void measure(Trial trial, Report report) {
        BenchModel model = trial.model();
        Workload workload = trial.workload();
        Backend here = trial.embedded();
        EngineConfig config =
                EngineConfig.fromEnvironment().withStore(model.store()).withIsolation(Isolation.PROCESS);
        try (Engine apart = Engine.open(config)) {
            long begin = System.nanoTime();
            apart.plan(model.name(), Options.NONE);
            report.add(row(
                    model,
                    "own process, from the first call until it answers",
                    "ms",
                    (System.nanoTime() - begin) / MILLION));
            workload.load(apart);

            String prompt = workload.endlessPrompt(here);
            Rounds calls = calls(trial.effort())
                    .measure(
                            new Subject(CALL_HERE, i -> inARow(workload, here, prompt)),
                            new Subject(CALL_APART, i -> inARow(workload, apart, prompt)));
            report.add(model.name(), "ms", calls);
            report.claim(
                    Claim.atMost(model, "a call, own process - in this JVM", calls.difference(CALL_APART, CALL_HERE), 1)
                            .in(" ms"));

            Rounds decodes = trial.effort()
                    .measure(
                            new Subject(DECODE_HERE, i -> workload.decodeRate(here, prompt)),
                            new Subject(DECODE_APART, i -> workload.decodeRate(apart, prompt)));
            report.add(model.name(), "tokens/s", decodes);
            report.claim(Claim.atLeast(
                    model,
                    "128-token decode, own process / in this JVM",
                    decodes.ratio(DECODE_APART, DECODE_HERE),
                    0.97));
            report.add(row(model, "own process, resident", "MiB", childMib()));
            report.add(row(
                    model,
                    "this JVM with the same model, resident",
                    "MiB",
                    Footprint.now(0).rssMib()));
        }
    }

    /// Milliseconds of a whole call, the median.
    private static double inARow(Workload workload, Backend backend, String prompt) {
        return Rounds.median(IntStream.range(0, IN_A_ROW)
                .mapToDouble(i -> {
                    long begin = System.nanoTime();
                    backend.generate(workload.request(prompt, 1)).answer();
                    return (System.nanoTime() - begin) / MILLION;
                })
                .toArray());
    }

    private static Effort calls(Effort effort) {
        return (effort.quick() ? effort : effort.withRounds(effort.rounds(), WARMUPS)).withPause(Duration.ofMillis(20));
    }

    private static double childMib() {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.info().commandLine().orElse("").contains("dev.chasqui.engine.EngineProcess"))
                .mapToDouble(child -> residentMib(Path.of("/proc", String.valueOf(child.pid()), "status")))
                .sum();
    }

    private static double residentMib(Path status) {
        try {
            return Footprint.number(Files.readAllLines(status), "VmRSS:") / 1024.0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Row row(BenchModel model, String name, String unit, double value) {
        return new Row(model.name(), name, unit, new double[] {value});
    }
}
