package dev.chasqui.cli;

import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.engine.LoadPlan;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
        name = "plan",
        description = "Say what loading a model would take, against what this machine has. Loads nothing. Status 0: it"
                + " fits.")
final class PlanCommand extends Command {

    @Parameters(paramLabel = "MODEL", description = "Its name.")
    private String model = "";

    @CommandLine.Option(
            names = "--num-ctx",
            paramLabel = "TOKENS",
            description = "The context's size. Default: as a request without it gets.")
    private @Nullable Integer contextTokens;

    @Mixin
    private SamplingFlags flags = new SamplingFlags();

    @CommandLine.Option(names = "--json", description = "As JSON; sizes in bytes.")
    private boolean json;

    @Override
    public Integer call() {
        Options options = flags.options();
        if (contextTokens != null) options = options.with(Option.NUM_CTX, contextTokens);
        OptionalInt asked = options.count(Option.NUM_CTX);
        LoadPlan plan = rooms().plan(model, options);
        if (json) screen().out().println(PlanReport.json(plan));
        else PlanReport.print(plan, asked, screen().out());
        return plan.fits() ? 0 : 1;
    }
}
