package dev.chasqui.registry;

import dev.chasqui.api.Digest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/// Sends one file: asks for a place, sends its parts one after the other, and names what they make. When that
/// breaks off it begins anew, since what a registry has of an unfinished upload is its own affair.
///
/// Ollama's registry sends each part on to a store elsewhere; others take it themselves.
final class Upload {

    private static final Map<String, String> BYTES = Map.of("Content-Type", "application/octet-stream");

    private final Repository repository;
    private final Digest digest;
    private final Path file;
    private final long size;
    private final Optional<String> from;
    private final LongConsumer sent;
    private final PartPlan plan;
    private final AtomicLong read = new AtomicLong();

    Upload(
            Repository repository,
            Digest digest,
            Path file,
            long size,
            Optional<String> from,
            LongConsumer sent,
            PartPlan plan) {
        this.repository = repository;
        this.digest = digest;
        this.file = file;
        this.size = size;
        this.from = from;
        this.sent = sent;
        this.plan = plan;
    }

    void run() throws InterruptedException {
        Retry retry = repository.retry();
        if (!retry.run(this::isThere)) retry.run(this::send);
        sent.accept(size);
    }

    private boolean isThere() throws IOException, InterruptedException {
        try (Reply reply = repository.call(Http.Call.head(repository.uri("blobs/" + digest)))) {
            reply.require(200, 404);
            return reply.status() == 200;
        }
    }

    private URI send() throws IOException, InterruptedException {
        read.set(0);
        String mount = from.map(other -> "?mount=" + escaped(digest.toString()) + "&from=" + escaped(other))
                .orElse("");
        URI next;
        try (Reply place = repository.call(Http.Call.change(
                "POST", repository.uri("blobs/uploads/" + mount), Map.of(), BodyPublishers.noBody()))) {
            place.require(201, 202);
            if (place.status() == 201) return place.uri(); // it was there, in the other one
            next = next(place);
        }
        MessageDigest all = md5();
        List<Part> parts = plan.parts(size);
        for (Part part : parts) {
            MessageDigest one = md5();
            next = sendPart(next, part, one);
            all.update(one.digest());
        }
        String etag = HexFormat.of().formatHex(all.digest()) + "-" + parts.size();
        String query =
                (next.getRawQuery() == null ? "?" : "&") + "digest=" + escaped(digest.toString()) + "&etag=" + etag;
        try (Reply made =
                repository.call(Http.Call.change("PUT", URI.create(next + query), BYTES, BodyPublishers.noBody()))) {
            made.require(200, 201, 202, 204);
        }
        return next;
    }

    /// @return where the next part goes
    private URI sendPart(URI to, Part part, MessageDigest hash) throws IOException, InterruptedException {
        Map<String, String> headers = Map.of(
                "Content-Type", "application/octet-stream",
                "Content-Range", part.offset() + "-" + (part.offset() + part.size() - 1),
                "X-Redirect-Uploads", "1");
        Http.Call patch =
                Http.Call.change("PATCH", to, headers, content(part, hash)).whileSending(read::get);
        try (Reply reply = repository.call(patch)) {
            if (reply.status() == 307) {
                URI elsewhere =
                        repository.http().target(reply, reply.header("Location").orElse(""));
                try (Reply put = repository.call(Http.Call.change("PUT", elsewhere, BYTES, content(part, hash))
                        .whileSending(read::get))) {
                    put.require(200, 201, 202, 204);
                }
            } else {
                reply.require(200, 201, 202, 204);
            }
            return next(reply);
        }
    }

    private URI next(Reply reply) {
        String location = reply.header("Docker-Upload-Location")
                .or(() -> reply.header("Location"))
                .orElse("");
        return repository.http().target(reply, location);
    }

    private BodyPublisher content(Part part, MessageDigest hash) {
        return BodyPublishers.fromPublisher(
                BodyPublishers.ofInputStream(() -> {
                    hash.reset();
                    read.set(part.offset());
                    try {
                        return new Stretch(part, hash);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }),
                part.size());
    }

    /// A part of the file; whoever reads it hashes it and tells how far it is.
    private final class Stretch extends FilterInputStream {

        private final MessageDigest hash;
        private long left;

        Stretch(Part part, MessageDigest hash) throws IOException {
            super(Channels.newInputStream(
                    FileChannel.open(file, StandardOpenOption.READ).position(part.offset())));
            this.hash = hash;
            this.left = part.size();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int most) throws IOException {
            if (left == 0) return -1;
            int got = super.read(bytes, from, (int) Math.min(most, left));
            if (got < 0) throw new IOException(file + " became shorter while it was sent");
            hash.update(bytes, from, got);
            left -= got;
            sent.accept(read.addAndGet(got));
            return got;
        }
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has MD5", e);
        }
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
