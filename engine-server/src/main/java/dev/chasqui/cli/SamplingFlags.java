package dev.chasqui.cli;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;

/// `-o key=value`, as often as one likes.
final class SamplingFlags {

    @CommandLine.Option(
            names = {"-o", "--option"},
            paramLabel = "KEY=VALUE",
            description = "An option of the model, for example temperature=0 (default 0.8, 0 is greedy), seed=1,"
                    + " num_predict=128 (tokens), num_ctx=4096 (tokens), stop=END, exact=true (the same bits every time)."
                    + " Repeat for more.")
    private List<String> given = new ArrayList<>();

    /// @throws BackendException naming the option, if its name or value is wrong
    Options options() {
        Options options = Options.NONE;
        for (String pair : given) {
            int equals = pair.indexOf('=');
            if (equals < 1) throw BackendException.invalid("option \"" + pair + "\" must be written key=value");
            options = set(options, pair.substring(0, equals).strip(), pair.substring(equals + 1));
        }
        return options;
    }

    /// @throws BackendException naming the option, if its name or value is wrong
    static Options set(Options options, String name, String value) {
        Option option = Option.named(name);
        if (option == null) {
            throw BackendException.invalid("there is no option \"" + name + "\"; there are: "
                    + Stream.of(Option.values()).map(Option::wire).collect(Collectors.joining(", ")));
        }
        return options.withText(option, value);
    }
}
