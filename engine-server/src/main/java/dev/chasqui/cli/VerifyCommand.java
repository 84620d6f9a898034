package dev.chasqui.cli;

import dev.chasqui.api.ModelName;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.store.Damage;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.Verification;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@CommandLine.Command(
        name = "verify",
        description = {
            "Read the files of models on this machine and compare them with their digests.",
            "A damaged one is set aside, so that the next pull brings it anew. Status 1: something is damaged."
        })
final class VerifyCommand extends Command {

    @Parameters(arity = "0..*", paramLabel = "MODEL", description = "Only these. Default: all.")
    private List<String> models = List.of();

    @Option(names = "--json", description = "Print what was found as a JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        List<ModelName> names = models.stream().map(ModelName::parse).toList();
        ModelStore store = EngineConfig.fromEnvironment(rooms().environment()).openStore();
        Verification found;
        try (Bars bars = Bars.on(screen())) {
            found = store.verify(names, bars);
        }
        if (json) screen().out().println(JsonMapper.shared().writeValueAsString(tree(found)));
        else print(found);
        return found.isWhole() ? 0 : 1;
    }

    private void print(Verification found) {
        found.damage().forEach(damage -> screen().out().println("damaged: " + damage.message()));
        if (!found.isWhole()) return;
        screen().out()
                .println(found.models() + " models are whole: " + found.files() + " files, "
                        + Human.bytes(found.bytes()));
    }

    private static Map<String, Object> tree(Verification found) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("models", found.models());
        tree.put("files", found.files());
        tree.put("bytes", found.bytes());
        tree.put("damage", found.damage().stream().map(VerifyCommand::tree).toList());
        return tree;
    }

    private static Map<String, Object> tree(Damage damage) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("file", damage.file().toString());
        tree.put("problem", damage.problem());
        damage.setAside().ifPresent(place -> tree.put("set_aside", place.toString()));
        tree.put("models", damage.models().stream().map(ModelName::shortForm).toList());
        return tree;
    }
}
