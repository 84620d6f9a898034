package dev.chasqui.bench;

import dev.chasqui.bench.Tally.Outcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The quarter hour of a trading system, again and again: at once a funding, a liquidation, a whale and a prediction
/// market agent ask a server in another process. Some clients leave a fixed time after their whole request is out.
///
/// @param total for how long
/// @param every from one burst to the next
/// @param leave of a hundred clients, those who do not wait for their answer
/// @param seed  fixes the prompts and who leaves
record BurstSoak(Duration total, Duration every, int leave, long seed) {

    /// An agent: how many words it sends, about a token each, and the longest answer it wants.
    private record Agent(String name, int words, int answer) {}

    private static final List<Agent> AGENTS = List.of(
            new Agent("funding", 2_053, 25),
            new Agent("liquidation", 1_252, 50),
            new Agent("whale", 1_317, 50),
            new Agent("polymarket", 310, 60));

    /// The trading system waits 90 s; later answers are lost votes. What cannot be had by then is refused at once.
    private static final Duration DEADLINE = Duration.ofSeconds(85);

    /// A client that has heard nothing by then was forgotten, on a machine however busy.
    private static final Duration PATIENCE = Duration.ofSeconds(110);

    private static final Duration STAY = Duration.ofMillis(500);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final int LOOKS_A_LINE = 6;
    private static final JsonMapper JSON = new JsonMapper();

    /// What the server's process holds.
    record Held(long rssMib, long threads, long mappedFiles, long openFiles) {

        static Held by(long pid) {
            Path process = Path.of("/proc", "" + pid);
            try (Stream<String> maps = Files.lines(process.resolve("maps"));
                    Stream<Path> files = Files.list(process.resolve("fd"))) {
                Footprint held = Footprint.of(Files.readAllLines(process.resolve("status")), maps, 0, 0);
                return new Held(held.rssMib(), held.threads(), held.mappedFiles(), files.count());
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "the server's process is not to be seen; it died, or this is no Linux: " + e.getMessage(), e);
            }
        }

        /// The least of each: readings are taken while requests run.
        static Held least(List<Held> readings) {
            return readings.stream()
                    .reduce((a, b) -> new Held(
                            Math.min(a.rssMib, b.rssMib),
                            Math.min(a.threads, b.threads),
                            Math.min(a.mappedFiles, b.mappedFiles),
                            Math.min(a.openFiles, b.openFiles)))
                    .orElseThrow();
        }
    }

    /// What came of it.
    ///
    /// @param silent what the server counted at `/metrics`, lines that are not zero
    record Result(long seed, Tally tally, int empty, List<Held> readings, List<String> silent) {

        /// The second third of the readings, and the last: the first is warming up.
        Held early() {
            return Held.least(readings.subList(readings.size() / 3, Math.max(1, 2 * readings.size() / 3)));
        }

        Held late() {
            return Held.least(readings.subList(2 * readings.size() / 3, readings.size()));
        }

        /// What grew from the second third to the last, more than a share of memory or a handful of the rest.
        List<String> grown(double rssShare, long rssMib) {
            List<String> grown = new ArrayList<>();
            Held early = early();
            Held late = late();
            long most = early.rssMib + rssMib + (long) (early.rssMib * rssShare);
            if (late.rssMib > most) grown.add("resident MiB: " + early.rssMib + ", then " + late.rssMib);
            if (late.threads > early.threads + 8) grown.add("threads: " + early.threads + ", then " + late.threads);
            if (late.mappedFiles > early.mappedFiles + 8)
                grown.add("mapped files: " + early.mappedFiles + ", then " + late.mappedFiles);
            if (late.openFiles > early.openFiles + 16)
                grown.add("open files: " + early.openFiles + ", then " + late.openFiles);
            return grown;
        }

        boolean isClean() {
            return tally.count(Outcome.FAILED) == 0 && tally.open() == 0;
        }
    }

    Result run(ServerProcess server, String model, PrintWriter out) {
        Tally tally = new Tally();
        AtomicInteger empty = new AtomicInteger();
        List<Held> readings = new ArrayList<>();
        Random random = new Random(seed);
        List<Thread> asking = new ArrayList<>();
        long end = System.nanoTime() + total.toNanos();
        long nextBurst = System.nanoTime();
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int burst = 0; System.nanoTime() < end; ) {
                if (System.nanoTime() >= nextBurst) {
                    for (Agent agent : AGENTS) {
                        String body = body(model, agent, burst);
                        boolean leaves = random.nextInt(100) < leave;
                        tally.asked();
                        asking.add(Thread.startVirtualThread(() -> {
                            if (leaves) askAndLeave(server.uri(), body, tally);
                            else ask(client, server.uri(), body, tally, empty);
                        }));
                    }
                    burst++;
                    nextBurst += every.toNanos();
                }
                readings.add(Held.by(server.pid()));
                if (readings.size() % LOOKS_A_LINE == 1) tell(out, tally, readings.getLast());
                TimeUnit.NANOSECONDS.sleep(Math.min(LOOK_EVERY.toNanos(), Math.max(1, nextBurst - System.nanoTime())));
            }
            for (Thread one : asking) one.join(PATIENCE.plusSeconds(30));
            tell(out, tally, readings.getLast());
            return new Result(seed, tally, empty.get(), readings, silent(client, server.uri()));
        } catch (IOException e) {
            throw new UncheckedIOException("the server does not say what it counted: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted amid a soak", e);
        }
    }

    private static void ask(HttpClient client, URI server, String body, Tally tally, AtomicInteger empty) {
        HttpRequest request = HttpRequest.newBuilder(server.resolve("/api/chat"))
                .timeout(PATIENCE)
                .POST(BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> reply = client.send(request, BodyHandlers.ofString());
            JsonNode answer = JSON.readTree(reply.body());
            if (reply.statusCode() == 503 || reply.statusCode() == 504) {
                tally.ended(Outcome.REFUSED);
            } else if (reply.statusCode() != 200 || !answer.path("done").booleanValue(false)) {
                tally.failed(reply.statusCode() + " " + reply.body());
            } else {
                // A model may say nothing; it must have been asked then.
                boolean said =
                        !answer.path("message").path("content").stringValue("").isBlank();
                if (!said) empty.incrementAndGet();
                if (said || answer.path("eval_count").intValue(0) > 0) tally.ended(Outcome.ANSWERED);
                else tally.failed("an empty 200: " + reply.body());
            }
        } catch (HttpTimeoutException e) {
            tally.failed("no answer within " + PATIENCE.toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            tally.failed("interrupted");
        } catch (IOException | RuntimeException e) {
            tally.failed(e.toString());
        }
    }

    private static void askAndLeave(URI server, String body, Tally tally) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            String head = "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + bytes.length + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(bytes);
            TimeUnit.MILLISECONDS.sleep(STAY.toMillis());
            tally.ended(Outcome.CANCELLED);
        } catch (IOException e) {
            tally.failed("cannot send: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            tally.failed("interrupted");
        }
    }

    private static String body(String model, Agent agent, int burst) {
        String data = Texts.words(burst, agent.words(), agent.words());
        return "{\"model\":\"" + model
                + "\",\"stream\":false,\"messages\":[{\"role\":\"system\",\"content\":\"You watch "
                + agent.name()
                + ". Answer BUY, SELL or NOTHING, why, and how sure.\"},{\"role\":\"user\",\"content\":\""
                + data + "\"}],\"deadline_ms\":" + DEADLINE.toMillis()
                + ",\"options\":{\"temperature\":0.7,\"num_predict\":" + agent.answer() + "}}";
    }

    private static List<String> silent(HttpClient client, URI server) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(server.resolve("/metrics"))
                .timeout(Duration.ofSeconds(30))
                .build();
        return client.send(request, BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith("chasqui_silent_answers_total{") && !line.endsWith(" 0.0"))
                .toList();
    }

    private static void tell(PrintWriter out, Tally tally, Held held) {
        out.printf(
                "%d answered, %d left, %d refused, %d failed, %d open; %d MiB, %d threads, %d mapped and %d open files%n",
                tally.count(Outcome.ANSWERED),
                tally.count(Outcome.CANCELLED),
                tally.count(Outcome.REFUSED),
                tally.count(Outcome.FAILED),
                tally.open(),
                held.rssMib(),
                held.threads(),
                held.mappedFiles(),
                held.openFiles());
        out.flush();
    }
}
