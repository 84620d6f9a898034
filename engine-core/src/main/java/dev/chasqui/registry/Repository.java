package dev.chasqui.registry;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelName;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/// One model's place at a registry. Safe to use from many threads; interrupting one ends what it does.
public final class Repository {

    /// No manifest is anywhere near this; what is longer is none.
    private static final int LONGEST_MANIFEST = 4 << 20;
    private static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

    private final Http http;
    private final URI registry;
    private final ModelName name;
    private final Identity identity;
    private final RegistrySettings settings;
    private volatile Optional<String> authorization = Optional.empty();

    Repository(Http http, URI registry, ModelName name, Identity identity, RegistrySettings settings) {
        this.http = http;
        this.registry = registry;
        this.name = name;
        this.identity = identity;
        this.settings = settings;
    }

    /// The manifest as it is there, not looked at.
    ///
    /// @throws BackendException `file does not exist`, of kind `NOT_FOUND`, if there is none
    public byte[] manifest() throws InterruptedException {
        return retry().run(() -> {
            try (Reply reply = call(Http.Call.get(uri("manifests/" + name.tag()), Map.of("Accept", MANIFEST)))) {
                if (reply.status() == 404) throw new BackendException(Kind.NOT_FOUND, "file does not exist");
                reply.require(200);
                return reply.read(LONGEST_MANIFEST);
            }
        });
    }

    /// Brings a file, as far as it is not there yet. Its content is not verified.
    ///
    /// @param size  as the manifest has it
    /// @param parts are filled
    /// @throws BackendException saying what was wrong; what has come stays
    public void download(Digest digest, long size, Parts parts) throws InterruptedException {
        new Download(this, digest, size, parts, settings).run();
    }

    /// Sends a file, unless it is there.
    ///
    /// @param from of which other repository there it is, if that is known
    /// @param sent hears how many bytes went so far, on a thread of the client's
    public void upload(Digest digest, Path file, long size, Optional<String> from, LongConsumer sent)
            throws InterruptedException {
        new Upload(this, digest, file, size, from, sent, settings.plan()).run();
    }

    /// Puts a manifest there; every file it names is there already.
    public void putManifest(byte[] json) throws InterruptedException {
        retry().run(() -> {
            Http.Call put = Http.Call.change(
                    "PUT",
                    uri("manifests/" + name.tag()),
                    Map.of("Content-Type", MANIFEST),
                    BodyPublishers.ofByteArray(json));
            try (Reply reply = call(put)) {
                reply.require(200, 201, 202);
                return reply.status();
            }
        });
    }

    /// Answers the registry's question of who asks, once.
    Reply call(Http.Call call) throws IOException, InterruptedException {
        Optional<String> used = authorization;
        Reply reply = http.send(call, used);
        if (reply.status() != 401 || !http.isRegistry(reply.uri())) return reply;
        reply.close();
        synchronized (this) {
            boolean answeredMeanwhile = !authorization.equals(used);
            if (!answeredMeanwhile) authorization = Optional.of(identity.answer(reply, http));
        }
        return http.send(call, authorization);
    }

    Http http() {
        return http;
    }

    Retry retry() {
        return new Retry(settings.patience(), host());
    }

    /// `host[:port]`
    String host() {
        return registry.getRawAuthority();
    }

    /// @param rest for example `blobs/sha256:…`
    URI uri(String rest) {
        return URI.create(registry + "/v2/" + name.namespace() + "/" + name.model() + "/" + rest);
    }
}
