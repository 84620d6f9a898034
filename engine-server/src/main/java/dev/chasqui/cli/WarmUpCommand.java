package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.OllamaHost;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.http.OllamaServer;
import dev.chasqui.http.ServerSettings;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.ollama.OllamaBackend;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/// Does what people do most, on a tiny model of random weights, so that the JVM can note what that loads: the
/// launcher runs this once after a build to make the AOT cache.
@CommandLine.Command(name = "warm-up", hidden = true, description = "Make the next starts quick.")
final class WarmUpCommand extends Command {

    private static final long SEED = 1;

    @Override
    public Integer call() throws Exception {
        Path folder = Files.createTempDirectory("chasqui-warm-up");
        try {
            Path gguf = folder.resolve("tiny.gguf");
            TinyModel.write(gguf, SEED);
            Path modelfile = Files.writeString(folder.resolve("Modelfile"), "FROM ./tiny.gguf\n");
            Map<String, String> environment = new HashMap<>(rooms().environment());
            environment.keySet().removeIf(name -> name.startsWith("OLLAMA_") || name.equals("CHASQUI_BACKEND"));
            environment.put("OLLAMA_MODELS", folder.resolve("models").toString());

            Rooms tiny = new LiveRooms(environment);
            String model = AskCommand.DEFAULT_MODEL;
            int worst = 0;
            for (List<String> line : List.of(
                    List.of("create", model, "-f", modelfile.toString()),
                    List.of("list"),
                    List.of("show", model),
                    List.of("ask", "--help"),
                    List.of("ask", "-o", "num_thread=1", "-o", "num_predict=8", "-o", "temperature=0", "Hello"))) {
                worst = Math.max(worst, ChasquiCommand.run(tiny, silent(), line.toArray(String[]::new)));
            }
            serve(tiny, model);
            return worst;
        } finally {
            delete(folder);
        }
    }

    /// One answer over HTTP.
    private static void serve(Rooms rooms, String model) {
        ServerSettings settings = ServerSettings.DEFAULT.withListen(OllamaHost.local(0));
        try (Backend engine = rooms.embedded();
                OllamaServer server = OllamaServer.start(engine, settings);
                Backend client = OllamaBackend.connect(server.address().uri())) {
            GenerateRequest request = GenerateRequest.of(model, "Hello");
            client.generate(request.withSettings(Settings.DEFAULT.withOptions(
                            Options.NONE.with(Option.NUM_PREDICT, 4L).with(Option.NUM_THREAD, 1L))))
                    .answer();
        }
    }

    private Screen silent() {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        return new Screen(
                InputStream.nullInputStream(), nowhere, screen().err(), Screen.Input.NOTHING, false, false, false);
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }
}
