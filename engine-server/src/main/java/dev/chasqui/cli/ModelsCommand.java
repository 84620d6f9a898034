package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.ModelName;
import dev.chasqui.engine.MachineMemory;
import dev.chasqui.store.Catalogue;
import dev.chasqui.store.KnownModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;

@CommandLine.Command(
        name = "models",
        description = "Say which models there are to begin with, what each is good for, which fit into this machine's"
                + " memory now, and which are here already. `chasqui pull NAME` gets one.")
final class ModelsCommand extends Command {

    @Option(names = "--json", description = "As JSON; sizes in bytes.")
    private boolean json;

    /// @param fits whether there is memory for it now; empty where that is a server's matter
    private record Offer(KnownModel model, boolean installed, Optional<Boolean> fits) {}

    @Override
    public Integer call() {
        List<ModelName> here;
        try (Backend backend = backends().forModels()) {
            here = backend.models().stream()
                    .map(model -> ModelName.parse(model.name()))
                    .toList();
        }
        Optional<MachineMemory> memory = backends().meansServer() ? Optional.empty() : Optional.of(rooms().memory());
        List<Offer> offers = new ArrayList<>();
        for (KnownModel model : Catalogue.standard().known()) {
            offers.add(new Offer(
                    model,
                    here.stream().anyMatch(model.name()::matches),
                    memory.map(machine -> machine.hasRoomFor(model.memoryBytes()))));
        }
        if (json) screen().printJson(json(offers, memory));
        else print(offers, memory);
        return 0;
    }

    private void print(List<Offer> offers, Optional<MachineMemory> memory) {
        Columns table = new Columns("NAME", "SIZE", "MEMORY", "FITS", "HERE", "LICENCE", "GOOD FOR");
        for (Offer offer : offers) {
            KnownModel model = offer.model();
            table.row(
                    model.name().shortForm(),
                    (model.byHash() ? "" : "~") + Human.bytes(model.sizeBytes()),
                    "~" + Human.bytes(model.memoryBytes()),
                    offer.fits().map(fits -> fits ? "yes" : "no").orElse("?"),
                    offer.installed() ? "yes" : "no",
                    model.license(),
                    model.goodFor());
        }
        table.print(screen().out());
        screen().out().println();
        screen().out()
                .println(memory.map(ModelsCommand::available)
                        .orElse("Whether they fit is for the server at " + rooms().serverAddress() + " to say."));
        screen().out()
                .println("MEMORY is for a context of 4096 tokens; `chasqui plan NAME` is exact for a model that is"
                        + " here. What has ~ comes from a registry and may differ.");
    }

    private static String available(MachineMemory memory) {
        return Human.bytes(memory.availableBytes()) + " of memory are available here"
                + (memory.limitBytes().isPresent()
                        ? " (the control group's limit is "
                                + Human.bytes(memory.limitBytes().getAsLong()) + ")."
                        : ".");
    }

    private static Map<String, Object> json(List<Offer> offers, Optional<MachineMemory> memory) {
        Map<String, Object> root = new LinkedHashMap<>();
        memory.ifPresent(machine -> root.put("available", machine.availableBytes()));
        root.put("models", offers.stream().map(ModelsCommand::json).toList());
        return root;
    }

    private static Map<String, Object> json(Offer offer) {
        KnownModel model = offer.model();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", model.name().shortForm());
        json.put("title", model.title());
        json.put("size", model.sizeBytes());
        json.put("size_is_exact", model.byHash());
        json.put("memory", model.memoryBytes());
        offer.fits().ifPresent(fits -> json.put("fits", fits));
        json.put("installed", offer.installed());
        json.put("license", model.license());
        json.put("good_for", model.goodFor());
        json.put(
                "source", model.byHash() ? "PyPI wheels, by hash" : model.name().host());
        return json;
    }
}
