package dev.chasqui.bench;

import dev.chasqui.api.Backend;
import dev.chasqui.bench.Report.Claim;
import dev.chasqui.bench.Rounds.Subject;

/// One request alone: what the engine, and HTTP around it, leave of the bare loop's speed.
final class Decode implements Section {

    private static final String BARE = "decode 128, bare loop";
    private static final String EMBEDDED = "decode 128, embedded";

    @Override
    public String name() {
        return "decode";
    }

    @Override
    public void measure(Trial trial, Report report) {
        BenchModel model = trial.model();
        Workload workload = trial.workload();
        Backend embedded = trial.embedded();
        Backend server = trial.server();
        try (BareLoop bare = new BareLoop(
                model.gguf(), Workload.CONTEXT_TOKENS, trial.effort().threads())) {
            String prompt = bare.endlessPrompt();
            int[] tokens = bare.tokens(prompt);
            Rounds measured = trial.effort()
                    .measure(
                            new Subject(BARE, i -> bare.decodeRate(tokens, Workload.DECODE_TOKENS)),
                            new Subject(EMBEDDED, i -> workload.decodeRate(embedded, prompt)),
                            new Subject("decode 128, HTTP", i -> workload.decodeRate(server, prompt)));
            report.add(model.name(), "tokens/s", measured);
            report.claim(Claim.atLeast(
                    model, "128-token decode, embedded / bare loop", measured.ratio(EMBEDDED, BARE), 0.97));
        }
    }
}
