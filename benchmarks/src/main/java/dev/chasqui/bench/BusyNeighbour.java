package dev.chasqui.bench;

import dev.chasqui.api.Backend;
import dev.chasqui.api.Option;
import dev.chasqui.bench.Report.Claim;
import dev.chasqui.bench.Rounds.Subject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// How many threads compute when the cores are not all free: the engine's own choice beside every fixed number, on an
/// idle machine and with other threads of this JVM busy on half of its cores.
final class BusyNeighbour implements Section {

    private static final String ADAPTIVE = "threads chosen by the engine";

    @Override
    public String name() {
        return "busy";
    }

    @Override
    public void measure(Trial trial, Report report) {
        Backend embedded = trial.embedded();
        String prompt = trial.workload().endlessPrompt(embedded);
        measure(trial, embedded, prompt, "idle", 0.97, report);
        int busy = Math.max(1, trial.effort().threads() / 2);
        String load = "beside " + busy + " busy Java thread" + (busy > 1 ? "s" : "");
        try (BusyThreads _ = new BusyThreads(busy)) {
            measure(trial, embedded, prompt, load, 0.85, report);
        }
    }

    private static void measure(
            Trial trial, Backend backend, String prompt, String load, double target, Report report) {
        List<Subject> subjects = new ArrayList<>();
        int[] counts = counts(trial.effort().threads());
        for (int threads : counts) subjects.add(subject(trial, backend, prompt, load, threads));
        Subject adaptive = subject(trial, backend, prompt, load, 0);
        subjects.add(adaptive);
        Rounds measured = trial.effort().measure(subjects);
        report.add(trial.model().name(), "tokens/s", measured);
        String best = subjects.stream()
                .map(Subject::name)
                .filter(name -> !name.equals(adaptive.name()))
                .max(Comparator.comparingDouble(measured::median))
                .orElseThrow();
        report.claim(Claim.atLeast(
                trial.model(), adaptive.name() + " / " + fixed(best), measured.ratio(adaptive.name(), best), target));
    }

    /// The fixed numbers of threads that are tried: one, half, all but one, all.
    static int[] counts(int most) {
        return IntStream.of(1, most / 2, most - 1, most)
                .filter(count -> count > 0)
                .distinct()
                .sorted()
                .toArray();
    }

    /// Another number of threads is another context, so each measurement begins with one, and its prompt.
    private static Subject subject(Trial trial, Backend backend, String prompt, String load, int threads) {
        Workload workload = trial.workload().with(Option.NUM_THREAD, threads);
        String who = threads == 0 ? ADAPTIVE : threads + (threads == 1 ? " thread" : " threads");
        return new Subject("decode 128 " + load + ", " + who, i -> {
            workload.load(backend);
            return workload.decodeRate(backend, prompt);
        });
    }

    private static String fixed(String subject) {
        return "best fixed, " + subject.substring(subject.lastIndexOf(", ") + 2);
    }
}
