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
import java.util.Map;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/// Does what people do most, on a tiny model of random weights, so that the JVM can note what that loads: the
/// launcher runs this after a build to make its AOT caches, one for the server and one for everything else. A start
/// pays for every class in its cache, needed or not.
@CommandLine.Command(name = "warm-up", hidden = true, description = "Make the next starts quick.")
final class WarmUpCommand extends Command {

    private static final long SEED = 1;

    @Parameters(arity = "0..1", defaultValue = "ask", description = "What to do: ask or serve.")
    private String what = "ask";

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
            int status = run(tiny, "create", model, "-f", modelfile.toString());
            if (what.equals("serve")) serve(tiny, model);
            else status = Math.max(status, ask(tiny, model));
            return status;
        } finally {
            delete(folder);
        }
    }

    private int ask(Rooms rooms, String model) {
        return IntStream.of(
                        run(rooms, "list"),
                        run(rooms, "show", model),
                        run(rooms, "ask", "--help"),
                        run(rooms, "ask", "-o", "num_thread=1", "-o", "num_predict=8", "-o", "temperature=0", "Hello"))
                .max()
                .orElseThrow();
    }

    private int run(Rooms rooms, String... line) {
        return ChasquiCommand.run(rooms, silent(), line);
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
                InputStream.nullInputStream(),
                nowhere,
                screen().err(),
                Screen.Input.NOTHING,
                false,
                false,
                false,
                true);
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }
}
