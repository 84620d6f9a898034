package dev.chasqui.bench;

import dev.chasqui.bench.Report.Claim;
import dev.chasqui.bench.Rounds.Subject;
import dev.chasqui.store.ModelStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a store of ten thousand models costs: listing them in a process that starts, with and without what another
/// one noted, in one that runs, and over HTTP; and how long a server takes to start over it. Always our own programs.
final class ManyModels implements Section {

    private static final int MODELS = 10_000;
    private static final int QUICK_MODELS = 50;

    private static final double MOST_MILLIS = 300;
    private static final double MOST_LATER_MILLIS = 50;
    private static final double MILLION = 1e6;

    private static final String EMPTY = "chasqui list, no models";
    private static final String FRESH = "chasqui list, a new process, as noted before";
    private static final String FIRST = "chasqui list, a new process, nothing noted";
    private static final String WARM = "list of models, the same process";
    private static final String TAGS = "/api/tags";
    private static final String START_FEW = "serve until /api/version, one model";
    private static final String START_MANY = "serve until /api/version, many models";

    @Override
    public String name() {
        return "many-models";
    }

    @Override
    public void measure(Trial trial, Report report) {
        int models = trial.effort().quick() ? QUICK_MODELS : MODELS;
        try (CrowdedStore many = CrowdedStore.make(models);
                CrowdedStore few = CrowdedStore.make(1);
                CrowdedStore none = CrowdedStore.make(0)) {
            measure(trial, report, many, few, none);
        }
    }

    private static void measure(Trial trial, Report report, CrowdedStore many, CrowdedStore few, CrowdedStore none) {
        ModelStore store = ModelStore.at(many.root());
        try (ServerProcess server = server(many)) {
            Rounds measured = trial.effort()
                    .measure(
                            new Subject(EMPTY, i -> listed(none)),
                            new Subject(FRESH, i -> listed(many)),
                            new Subject(FIRST, i -> {
                                many.forgetNotes();
                                return listed(many);
                            }),
                            new Subject(
                                    WARM,
                                    i -> millis(() ->
                                            many.requireAll(store.summaries().size()))),
                            new Subject(TAGS, i -> millis(() -> many.requireAll(tags(server.uri())))),
                            new Subject(START_FEW, i -> millis(() -> server(few).close())),
                            new Subject(
                                    START_MANY, i -> millis(() -> server(many).close())));
            report.add(many.models() + " models", "ms", measured);
            for (String subject : List.of(FRESH, WARM, TAGS)) {
                report.claim(Claim.atMost(
                                trial.model(), subject + ", " + many.models(), measured.median(subject), MOST_MILLIS)
                        .in(" ms"));
            }
            report.claim(Claim.atMost(
                            trial.model(),
                            "start of serve, many models - one",
                            measured.difference(START_MANY, START_FEW),
                            MOST_LATER_MILLIS)
                    .in(" ms"));
        }
    }

    private static ServerProcess server(CrowdedStore store) {
        return ServerProcess.start(Map.of("OLLAMA_MODELS", store.root().toString()));
    }

    /// Milliseconds of a whole process.
    private static double listed(CrowdedStore store) {
        List<String> command = new ArrayList<>(ServerProcess.program());
        command.add("list");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("OLLAMA_MODELS", store.root().toString());
        builder.environment().put("CHASQUI_NO_BUILD", "1");
        builder.environment().keySet().remove("OLLAMA_HOST");
        return millis(() -> {
            try {
                Process process = builder.start();
                String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (process.waitFor() != 0) throw new IllegalStateException("chasqui list failed: " + said);
                store.requireAll((int) said.lines().count() - 1);
            } catch (IOException e) {
                throw new UncheckedIOException("chasqui list cannot be run", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while listing models", e);
            }
        });
    }

    private static int tags(URI server) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(server.resolve("/api/tags")).build();
            String body =
                    client.send(request, HttpResponse.BodyHandlers.ofString()).body();
            return body.split("\"modified_at\"", -1).length - 1;
        } catch (IOException e) {
            throw new UncheckedIOException("/api/tags could not be asked", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking for the models", e);
        }
    }

    private static double millis(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / MILLION;
    }
}
