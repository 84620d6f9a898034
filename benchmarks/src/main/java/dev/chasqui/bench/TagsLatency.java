package dev.chasqui.bench;

import dev.chasqui.api.Backend;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Progress;
import dev.chasqui.api.Settings;
import dev.chasqui.bench.Report.Claim;
import dev.chasqui.bench.Rounds.Subject;
import dev.chasqui.ollama.OllamaBackend;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.Modelfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/// How long the list of models takes with many in the store, when the server rests and while it loads a model. Always
/// our own server: only it can be given such a store.
final class TagsLatency implements Section {

    private static final int MODELS = 100;
    private static final int QUICK_MODELS = 5;
    private static final int REQUESTS = 1_000;
    private static final int QUICK_REQUESTS = 20;
    /// Until both JVMs have compiled what is timed.
    private static final int WARMUPS = 2_000;

    private static final double MOST_MILLIS = 5;
    private static final double P99 = 0.99;
    private static final double MILLION = 1e6;

    @Override
    public String name() {
        return "tags";
    }

    @Override
    public void measure(Trial trial, Report report) {
        boolean quick = trial.effort().quick();
        int models = quick ? QUICK_MODELS : MODELS;
        int requests = quick ? QUICK_REQUESTS : REQUESTS;
        Path folder = BenchModel.temporaryFolder();
        try {
            BenchModel stored = BenchModel.ofFile(trial.model().gguf(), folder);
            fill(folder, stored.name(), models);
            measure(trial, report, stored, models, requests);
        } finally {
            delete(folder);
        }
    }

    private static void measure(Trial trial, Report report, BenchModel stored, int models, int requests) {
        try (ServerProcess server = ServerProcess.start(
                        Map.of("OLLAMA_MODELS", stored.store().toString()));
                Backend loader = OllamaBackend.connect(server.uri());
                Tags tags = new Tags(server.uri(), models)) {
            tags.ask(trial.effort().quick() ? 1 : WARMUPS);
            String idle = "/api/tags with " + models + " models, p99, idle";
            String loading = "/api/tags with " + models + " models, p99, during loads";
            Rounds measured = trial.effort()
                    .measure(
                            new Subject(idle, i -> p99(tags.ask(requests))),
                            new Subject(loading, i -> p99(tags.askDuringLoads(loader, stored.name(), requests))));
            report.add(trial.model().name(), "ms", measured);
            for (String subject : List.of(idle, loading)) {
                report.claim(Claim.atMost(trial.model(), subject, measured.median(subject), MOST_MILLIS)
                        .in(" ms"));
            }
        }
    }

    /// Models of the same weights, each with files of its own as pulled models have them.
    private static void fill(Path folder, String first, int models) {
        ModelStore store = ModelStore.at(folder);
        for (int i = 1; i < models; i++) {
            Modelfile file = Modelfile.parse("FROM " + first + "\nSYSTEM You are agent " + i + ".\nPARAMETER seed " + i
                    + "\nLICENSE Licence " + i);
            store.create(ModelName.parse("agent-" + i + ":latest"), file, folder, Progress.NONE);
        }
        letAnHourPass(folder);
    }

    /// Models are rarely as young as these, and a store that changed just now is read more carefully.
    private static void letAnHourPass(Path folder) {
        FileTime then = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : files.filter(Files::isDirectory).toList()) Files.setLastModifiedTime(each, then);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare the benchmark's store " + folder, e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove the benchmark's store " + folder, e);
        }
    }

    private static double p99(double[] millis) {
        double[] sorted = millis.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.ceil(P99 * sorted.length) - 1];
    }

    /// Asks for the list, over one connection.
    private static final class Tags implements AutoCloseable {

        private final PlainGet get;
        private final int models;

        Tags(URI server, int models) {
            this.get = new PlainGet(server.resolve("/api/tags"));
            this.models = models;
        }

        /// Milliseconds of each of so many requests.
        double[] ask(int requests) {
            double[] millis = new double[requests];
            Arrays.setAll(millis, i -> once());
            return millis;
        }

        /// As many, all sent while the server loads the model, which it gives up and loads again as often as it takes.
        double[] askDuringLoads(Backend loader, String model, int requests) {
            List<Double> millis = new ArrayList<>();
            while (millis.size() < requests) {
                loader.generate(empty(model, KeepAlive.UNLOAD)).answer();
                Future<?> load = CompletableFuture.runAsync(
                        () -> loader.generate(empty(model, KeepAlive.FOREVER)).answer());
                do millis.add(once());
                while (!load.isDone());
                if (load.state() == Future.State.FAILED) {
                    throw new IllegalStateException("the model could not be loaded", load.exceptionNow());
                }
            }
            return millis.stream().mapToDouble(Double::doubleValue).toArray();
        }

        private static GenerateRequest empty(String model, KeepAlive keepAlive) {
            return GenerateRequest.of(model, "").withSettings(Settings.DEFAULT.withKeepAlive(keepAlive));
        }

        private double once() {
            try {
                long start = System.nanoTime();
                byte[] reply = get.body();
                long nanos = System.nanoTime() - start;
                int listed = new String(reply, StandardCharsets.UTF_8).split("\"modified_at\"", -1).length - 1;
                if (listed != models) {
                    throw new IllegalStateException("/api/tags listed " + listed + " of " + models + " models");
                }
                return nanos / MILLION;
            } catch (IOException e) {
                throw new IllegalStateException("/api/tags could not be asked: " + e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            get.close();
        }
    }
}
