package dev.chasqui.cli;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelLibrary;
import dev.chasqui.api.Progress;
import dev.chasqui.api.ProgressLine;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Keeps in memory what a command does to it; its registry has what a test puts there.
final class ScriptedLibrary implements ModelLibrary {

    final List<String> registry = new ArrayList<>();
    final List<String> done = new ArrayList<>();
    final List<CreateRequest> created = new ArrayList<>();
    final Map<String, byte[]> blobs = new HashMap<>();
    private final ScriptedBackend backend;

    ScriptedLibrary(ScriptedBackend backend) {
        this.backend = backend;
    }

    @Override
    public void copy(String source, String destination) {
        done.add("copy " + source + " " + destination);
    }

    @Override
    public void delete(String model) {
        if (backend.models.remove(model) == null) throw BackendException.modelNotFound(model);
        done.add("delete " + model);
    }

    @Override
    public boolean hasBlob(String digest) {
        return blobs.containsKey(digest);
    }

    @Override
    public boolean takeBlob(String digest, InputStream content) {
        try {
            byte[] bytes = content.readAllBytes();
            if (!Digest.of(bytes).toString().equals(digest)) throw new AssertionError("not what was hashed");
            return blobs.put(digest, bytes) == null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void create(CreateRequest request, Progress progress) {
        created.add(request);
        progress.status("writing manifest");
        progress.status("success");
    }

    @Override
    public void pull(String model, boolean insecure, Progress progress) {
        progress.status("pulling manifest");
        if (!registry.contains(model)) {
            throw new BackendException(BackendException.Kind.NOT_FOUND, "pull model manifest: file does not exist");
        }
        progress.report(new ProgressLine("pulling b179c9523d0e", "", 0, 98_000_000));
        progress.report(new ProgressLine("pulling b179c9523d0e", "", 98_000_000, 98_000_000));
        progress.status("success");
        backend.with(model, 98_000_000, Instant.now());
        done.add("pull " + model + (insecure ? " insecure" : ""));
    }

    @Override
    public void push(String model, boolean insecure, Progress progress) {
        progress.status("retrieving manifest");
        progress.status("success");
        done.add("push " + model + (insecure ? " insecure" : ""));
    }
}
