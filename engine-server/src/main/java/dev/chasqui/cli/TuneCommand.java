package dev.chasqui.cli;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.tune.Effort;
import dev.chasqui.tune.TuneReport;
import dev.chasqui.tune.Workload;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
        name = "tune",
        description = {
            "Measure how a model runs fastest on this machine (threads, flash attention, type of the KV cache, batch"
                    + " size), and load it so from now on. What a request, a model or the environment sets comes"
                    + " first. End other programs meanwhile: what their noise covers is not counted as faster."
        })
final class TuneCommand extends Command {

    @Parameters(paramLabel = "MODEL", description = "Its name.")
    private String model = "";

    @CommandLine.Option(
            names = "--workload",
            paramLabel = "WORK",
            description = "What it will mostly do: prefill (long new prompts), tail (short questions after a prompt"
                    + " that is cached), decode (long answers), mixed (all of it). Default: mixed.")
    private String workload = "mixed";

    @CommandLine.Option(
            names = "--num-ctx",
            paramLabel = "TOKENS",
            description = "The context's size; prompts are no longer. Default: as a request without it gets.")
    private @Nullable Integer contextTokens;

    @CommandLine.Option(names = "--quick", description = "3 rounds instead of 5, with shorter prompts.")
    private boolean quick;

    @CommandLine.Option(names = "--dry-run", description = "Measure, but remember nothing.")
    private boolean dryRun;

    @CommandLine.Option(names = "--show", description = "Measure nothing; say what is remembered.")
    private boolean show;

    @CommandLine.Option(names = "--forget", description = "Measure nothing; go back to the defaults.")
    private boolean forget;

    @CommandLine.Option(names = "--json", description = "As JSON; times in tokens per second, sizes in bytes.")
    private boolean json;

    @Override
    public Integer call() {
        if (show && forget) throw BackendException.invalid("only one of '--show' and '--forget' can be specified");
        if (show) show();
        else if (forget) forget();
        else measure();
        return 0;
    }

    private void measure() {
        Workload wanted = workload();
        // Checked as any other num_ctx.
        Options options = contextTokens == null ? Options.NONE : Options.NONE.with(Option.NUM_CTX, contextTokens);
        OptionalInt tokens = options.count(Option.NUM_CTX);
        Finding load = MachineChecks.load(
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                Runtime.getRuntime().availableProcessors());
        if (load.level() != Finding.Level.OK) {
            screen().err().println("Load " + load.text() + ". Until that ends only large differences count.");
        }
        TuneReport report;
        try (Bars bars = Bars.on(screen())) {
            report = rooms().tunings()
                    .measure(
                            model,
                            wanted,
                            quick ? Effort.QUICK : Effort.FULL,
                            tokens,
                            (what, done, total) -> bars.count("tuning", what, done, total));
        }
        Optional<Path> kept =
                dryRun ? Optional.empty() : Optional.of(rooms().tunings().keep(model, report));
        if (json) screen().out().println(TuneTable.json(model, report, kept));
        else TuneTable.print(model, report, kept, screen().out());
    }

    private void show() {
        TuneTable.Remembered remembered = new TuneTable.Remembered(
                model, rooms().tunings().stored(model), rooms().tunings().elsewhere(model));
        screen().out().println(json ? remembered.json() : remembered.text());
    }

    private void forget() {
        int removed = rooms().tunings().forget(model);
        screen().out()
                .println(
                        removed == 0
                                ? "Nothing was remembered for " + model + "."
                                : "Forgotten; " + model + " runs by the defaults from its next load on.");
    }

    private Workload workload() {
        return Arrays.stream(Workload.values())
                .filter(one -> one.toString().equals(workload.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> BackendException.invalid(
                        "--workload is \"" + workload + "\"; expected prefill, tail, decode or mixed"));
    }
}
