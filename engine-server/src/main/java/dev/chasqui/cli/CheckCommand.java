package dev.chasqui.cli;

import dev.chasqui.api.ModelName;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.gguf.GgufException;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.gguf.GgufGate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@CommandLine.Command(
        name = "check",
        description = {
            "Judge a GGUF file as it is judged before it runs, its weights included.",
            "Nothing is loaded. Status 0: accepted; 1: refused; 2: the command is wrong."
        })
final class CheckCommand extends Command {

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "A file, or the name of a model on this machine.")
    private String what = "";

    @Option(names = "--json", description = "Print the verdict as a JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        if (what.isEmpty()) {
            screen().err().println("Error: name a file, or a model: chasqui check FILE");
            return 2;
        }
        Path file = file();
        long startedAt = System.nanoTime();
        Map<String, Object> verdict = new LinkedHashMap<>();
        verdict.put("file", file.toString());
        String text;
        boolean accepted = true;
        try {
            GgufFile read = GgufGate.standard().judgeWithWeights(file, bytes -> {});
            verdict.put("accepted", true);
            verdict.put("kind", read.kind());
            verdict.put("architecture", read.architecture());
            verdict.put("keys", read.values().size());
            verdict.put("tensors", read.tensors().size());
            verdict.put("bytes", read.fileBytes());
            text = "accepted: " + read.values().size() + " keys, "
                    + read.tensors().size() + " tensors, " + Human.bytes(read.weightsBytes()) + " of weights";
        } catch (GgufException e) {
            accepted = false;
            verdict.put("accepted", false);
            e.rule().ifPresent(rule -> verdict.put("rule", rule));
            verdict.put("problem", String.valueOf(e.getMessage()));
            text = "refused: " + e.getMessage();
        }
        long millis = Duration.ofNanos(System.nanoTime() - startedAt).toMillis();
        verdict.put("milliseconds", millis);
        screen().out().println(json ? JsonMapper.shared().writeValueAsString(verdict) : text + " (" + millis + " ms)");
        return accepted ? 0 : 1;
    }

    /// What is there as a file is one; anything else is a model's name, unless it can only be a file's.
    private Path file() {
        Path path = Path.of(what);
        if (Files.exists(path) || what.endsWith(".gguf")) return path;
        return EngineConfig.fromEnvironment(rooms().environment())
                .openStore()
                .get(ModelName.parse(what))
                .weights();
    }
}
