package dev.chasqui.bench;

import dev.chasqui.bench.Report.Claim;
import dev.chasqui.bench.Rounds.Subject;
import java.nio.file.Path;
import java.util.Optional;

/// The bare loop beside llama.cpp's own benchmark, where there is one.
///
/// @param program llama-bench
record BesideLlamaBench(Optional<Path> program) implements Section {

    private static final int PROMPT = 512;
    private static final String BARE = "tg128, bare loop";
    private static final String OTHER = "tg128, llama-bench";
    /// What is lost is a fixed time per token, so models below this size have a lower target.
    private static final long SMALL_BYTES = 150L << 20;

    @Override
    public String name() {
        return "llama-bench";
    }

    @Override
    public void measure(Trial trial, Report report) {
        program.ifPresent(file -> measure(trial, file, report));
    }

    private static void measure(Trial trial, Path program, Report report) {
        BenchModel model = trial.model();
        Effort effort = trial.effort();
        LlamaBench other = new LlamaBench(program, model.gguf(), effort.threads());
        int tokens = Workload.DECODE_TOKENS;
        Rounds generation;
        try (BareLoop bare = new BareLoop(model.gguf(), tokens, effort.threads())) { // as small as llama-bench's
            generation = effort.measure(
                    new Subject(BARE, i -> bare.llamaBenchGeneration(tokens, i)),
                    new Subject(OTHER, i -> other.generation(tokens)));
        }
        Rounds prompt;
        try (BareLoop bare = new BareLoop(model.gguf(), PROMPT, effort.threads())) {
            prompt = effort.measure(
                    new Subject("pp512, bare loop", i -> bare.llamaBenchPrompt(PROMPT, i)),
                    new Subject("pp512, llama-bench", i -> other.prompt(PROMPT)));
        }
        report.add(model.name(), "tokens/s", generation);
        report.add(model.name(), "tokens/s", prompt);
        report.claim(Claim.atLeast(
                model,
                "tg128, bare loop / llama-bench",
                generation.ratio(BARE, OTHER),
                model.gguf().toFile().length() < SMALL_BYTES ? 0.95 : 0.98));
    }
}
