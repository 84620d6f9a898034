package dev.chasqui.registry;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Brings one file, its parts at once, each for itself and again when it breaks off. The first part that
/// cannot be had ends all.
final class Download {

    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");
    /// A try that brought so much was not in vain.
    private static final long MUCH = 1 << 20;

    private final Repository repository;
    private final Digest digest;
    private final long size;
    private final Parts parts;
    private final RegistrySettings settings;

    Download(Repository repository, Digest digest, long size, Parts parts, RegistrySettings settings) {
        this.repository = repository;
        this.digest = digest;
        this.size = size;
        this.parts = parts;
        this.settings = settings;
    }

    /// The registry sends whole files only.
    private static final class NoRanges extends Exception {
        private static final long serialVersionUID = 1L;
    }

    void run() throws InterruptedException {
        for (int begun = 1; ; begun++) {
            try {
                bringAll();
                return;
            } catch (NoRanges e) {
                if (begun == settings.patience().tries()) {
                    throw failed("comes only as a whole, and broke off each of " + begun + " times");
                }
                parts.restart();
            }
        }
    }

    private void bringAll() throws InterruptedException, NoRanges {
        List<Part> missing =
                parts.parts().stream().filter(part -> !part.isComplete()).toList();
        if (missing.isEmpty()) return;
        int threads = Math.min(settings.plan().atOnce(), missing.size());
        try (ExecutorService workers = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("chasqui-part-", 0).factory())) {
            CompletionService<Part> done = new ExecutorCompletionService<>(workers);
            for (Part part : missing) done.submit(() -> bring(part));
            try {
                for (int i = 0; i < missing.size(); i++) done.take().get();
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case NoRanges none -> throw none;
                    case RuntimeException refusal -> throw refusal;
                    case null, default -> throw new IllegalStateException(e.getCause());
                }
            } finally {
                workers.shutdownNow();
            }
        }
    }

    private Part bring(Part part) throws InterruptedException, NoRanges {
        Retry retry = repository.retry();
        while (!part.isComplete()) {
            long before = part.completed();
            try {
                bringSome(part);
            } catch (IOException e) {
                if (part.completed() - before >= MUCH) retry.succeeded();
                retry.failed(e);
            } finally {
                parts.note();
            }
        }
        return part;
    }

    private void bringSome(Part part) throws IOException, InterruptedException, NoRanges {
        long first = part.next();
        long last = part.offset() + part.size() - 1;
        Map<String, String> range = Map.of("Range", "bytes=" + first + "-" + last);
        try (Reply reply = repository.call(Http.Call.get(repository.uri("blobs/" + digest), range))) {
            long announced = last - first + 1;
            if (reply.status() == 200) {
                if (first != 0 || announced != size) throw new NoRanges();
            } else if (reply.status() == 416) {
                throw failed("has no bytes " + first + " to " + last + ", although the manifest gives it " + size);
            } else {
                reply.require(206);
                requireRange(reply, first, last);
            }
            reply.requireUncompressed();
            if (reply.length() >= 0 && reply.length() != announced) {
                throw failed("comes with " + reply.length() + " bytes where " + announced + " were asked for; the "
                        + "manifest gives it " + size);
            }
            take(reply, part);
            if (!part.isComplete()) throw new IOException(digest + " broke off at byte " + part.next());
        }
    }

    private void requireRange(Reply reply, long first, long last) {
        String range = reply.header("Content-Range").orElse("");
        Matcher parts = CONTENT_RANGE.matcher(range);
        boolean right = parts.matches()
                && Long.parseLong(parts.group(1)) == first
                && Long.parseLong(parts.group(2)) == last
                && (parts.group(3).equals("*") || Long.parseLong(parts.group(3)) == size);
        if (!right) {
            throw failed("comes with the range \"" + range + "\" where \"bytes " + first + "-" + last + "/" + size
                    + "\" was asked for");
        }
    }

    private void take(Reply reply, Part part) throws IOException, InterruptedException {
        for (List<ByteBuffer> piece = reply.body().next();
                !piece.isEmpty();
                piece = reply.body().next()) {
            for (ByteBuffer bytes : piece) {
                int length = bytes.remaining();
                if (length > part.size() - part.completed()) {
                    throw failed("has more bytes than the " + size + " the manifest gives it");
                }
                parts.write(part.next(), bytes);
                part.add(length);
            }
            parts.note();
        }
    }

    private BackendException failed(String what) {
        return new BackendException(
                Kind.FAILED, "the registry " + repository.host() + " misbehaves: " + digest + " " + what);
    }
}
