package dev.chasqui.cli;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelLibrary;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Progress;
import dev.chasqui.api.ProgressLine;
import dev.chasqui.store.Modelfile;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Optional;

/// Makes a model of a Modelfile, in a library that need not be on this machine: the files it names are hashed here,
/// and those the library lacks are sent.
final class ModelfileUpload {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final long REPORT_BYTES = 4 << 20;

    private final ModelLibrary library;
    private final Progress progress;

    ModelfileUpload(ModelLibrary library, Progress progress) {
        this.library = library;
        this.progress = progress;
    }

    /// @param file     paths in it are relative to its folder
    /// @param quantize what F16, BF16 or F32 weights become
    /// @throws BackendException if the Modelfile or a file it names cannot be used, or the library refuses
    void create(String model, Path file, Optional<String> quantize) throws IOException {
        ModelName.parse(model); // before gigabytes are read
        Modelfile modelfile = Modelfile.read(file);
        Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(Path.of("."));
        progress.status("gathering model components");
        CreateRequest request = modelfile.request(model, folder, this::upload);
        library.create(quantize.map(request::withQuantize).orElse(request), progress);
    }

    private Digest upload(Path file) throws IOException {
        MessageDigest hash = Digest.sha256();
        try (InputStream in = new DigestInputStream(counted(file, "hashing " + file.getFileName()), hash)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        Digest digest = Digest.finish(hash);
        if (library.hasBlob(digest.toString())) return digest;
        try (InputStream in = counted(file, "copying file " + digest)) {
            library.takeBlob(digest.toString(), in);
        }
        return digest;
    }

    private InputStream counted(Path file, String status) throws IOException {
        long total = Files.size(file);
        return new FilterInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {

            private long done;
            private long next;

            @Override
            public int read() throws IOException {
                int one = super.read();
                count(one < 0 ? 0 : 1);
                return one;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int read = super.read(bytes, offset, length);
                count(Math.max(0, read));
                return read;
            }

            private void count(int bytes) {
                done += bytes;
                if (bytes == 0 || done < next && done < total) return;
                next = done + REPORT_BYTES;
                progress.report(new ProgressLine(status, "", done, total));
            }
        };
    }
}
