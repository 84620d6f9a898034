package dev.chasqui.bench;

import dev.chasqui.api.Backend;
import dev.chasqui.bench.Report.Claim;
import dev.chasqui.bench.Rounds.Subject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Measures, in turns within one process, what the project promises as ratios.
///
/// @param rounds     measurements of each subject that count
/// @param warmups    rounds before them
/// @param pause      between two measurements
/// @param threads    threads that compute, on every side
/// @param llamaBench llama.cpp's own benchmark, if there is one
record Compare(int rounds, int warmups, Duration pause, int threads, Optional<Path> llamaBench) {

    private static final int LLAMA_BENCH_PROMPT = 512;
    /// First tokens measured per round.
    private static final int FIRST_TOKENS = 4;
    private static final double MILLION = 1e6;
    /// Bare loop to llama-bench, for models of this size and for larger ones: what is lost is a fixed time per
    /// token.
    private static final long SMALL_BYTES = 150L << 20;

    /// @param embedded the engine in this JVM
    /// @param server   a server with the same model
    void run(BenchModel model, Backend embedded, Backend server, Report report) {
        Workload workload = new Workload(model.name(), threads);
        workload.load(embedded);
        workload.load(server);
        try (BareLoop bare = new BareLoop(model.gguf(), Workload.CONTEXT_TOKENS, threads)) {
            decode(model, workload, bare, embedded, server, report);
            firstToken(model, workload, bare, embedded, server, report);
        }
        atOnce(model, workload, embedded, server, report);
        llamaBench.ifPresent(program -> llamaBench(model, program, report));
    }

    private void decode(
            BenchModel model, Workload workload, BareLoop bare, Backend embedded, Backend server, Report report) {
        String prompt = bare.endlessPrompt();
        int[] tokens = bare.tokens(prompt);
        Rounds measured = turns(
                new Subject("decode 128, bare loop", i -> bare.decodeRate(tokens, Workload.DECODE_TOKENS)),
                new Subject("decode 128, embedded", i -> workload.decodeRate(embedded, prompt)),
                new Subject("decode 128, HTTP", i -> workload.decodeRate(server, prompt)));
        report.add(model.name(), "tokens/s", measured);
        report.claim(new Claim(
                model.name(),
                "128-token decode, embedded / bare loop",
                measured.ratio("decode 128, embedded", "decode 128, bare loop"),
                true,
                0.97,
                ""));
    }

    private void firstToken(
            BenchModel model, Workload workload, BareLoop bare, Backend embedded, Backend server, Report report) {
        int length = Workload.FIRST_TOKEN_PROMPT;
        // Short measurements whose difference counts: more of them, after more that make the code warm.
        int cold = FIRST_TOKENS * warmups;
        int counted = FIRST_TOKENS * rounds;
        List<String> prompts = new ArrayList<>();
        for (int i = 0; i < cold + counted; i++) prompts.add(bare.promptOf(length, i));
        List<Subject> subjects = List.of(
                new Subject("prefill 30, bare loop", i -> bare.prefillNanos(bare.tokens(prompts.get(i))) / MILLION),
                new Subject(
                        "first token, embedded",
                        i -> workload.firstTokenNanos(embedded, prompts.get(i), length) / MILLION),
                new Subject(
                        "first token, HTTP", i -> workload.firstTokenNanos(server, prompts.get(i), length) / MILLION));
        Rounds measured = Rounds.run(subjects, cold, counted, pause);
        report.add(model.name(), "ms", measured);
        report.claim(new Claim(
                model.name(),
                "time to first token, embedded / bare prefill",
                measured.ratio("first token, embedded", "prefill 30, bare loop"),
                false,
                1.1,
                ""));
        report.claim(new Claim(
                model.name(),
                "time to first token, HTTP - embedded",
                measured.difference("first token, HTTP", "first token, embedded"),
                false,
                3,
                " ms"));
    }

    private void atOnce(BenchModel model, Workload workload, Backend embedded, Backend server, Report report) {
        report.add(
                model.name(),
                "ms",
                turns(
                        new Subject(
                                "16 short requests at once, embedded",
                                i -> workload.atOnceNanos(embedded, i) / MILLION),
                        new Subject(
                                "16 short requests at once, HTTP", i -> workload.atOnceNanos(server, i) / MILLION)));
    }

    private void llamaBench(BenchModel model, Path program, Report report) {
        LlamaBench other = new LlamaBench(program, model.gguf(), threads);
        int tokens = Workload.DECODE_TOKENS;
        Rounds generation;
        try (BareLoop bare = new BareLoop(model.gguf(), tokens, threads)) { // a context as small as llama-bench's
            generation = turns(
                    new Subject("tg128, bare loop", i -> bare.llamaBenchGeneration(tokens, i)),
                    new Subject("tg128, llama-bench", i -> other.generation(tokens)));
        }
        Rounds prompt;
        try (BareLoop bare = new BareLoop(model.gguf(), LLAMA_BENCH_PROMPT, threads)) {
            prompt = turns(
                    new Subject("pp512, bare loop", i -> bare.llamaBenchPrompt(LLAMA_BENCH_PROMPT, i)),
                    new Subject("pp512, llama-bench", i -> other.prompt(LLAMA_BENCH_PROMPT)));
        }
        report.add(model.name(), "tokens/s", generation);
        report.add(model.name(), "tokens/s", prompt);
        report.claim(new Claim(
                model.name(),
                "tg128, bare loop / llama-bench",
                generation.ratio("tg128, bare loop", "tg128, llama-bench"),
                true,
                model.gguf().toFile().length() < SMALL_BYTES ? 0.95 : 0.98,
                ""));
    }

    private Rounds turns(Subject... subjects) {
        return Rounds.run(List.of(subjects), warmups, rounds, pause);
    }
}
