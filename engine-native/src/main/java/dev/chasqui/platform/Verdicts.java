package dev.chasqui.platform;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;

/// The verdicts of earlier starts, in a small properties file: `<libraries>.<processor>.<variant>=good` or
/// `=bad: <reason>`. Delete it to have every variant proven again.
///
/// @param scope the libraries and the processor that these verdicts are about
record Verdicts(Path file, String scope) {

    private static final String GOOD = "good";
    private static final String BAD = "bad: ";

    Optional<CpuVerdict> of(CpuVariant variant) {
        String value;
        try {
            value = read().getProperty(key(variant), "");
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty(); // damaged: prove again
        }
        if (value.equals(GOOD)) return Optional.of(new CpuVerdict(variant.name(), true, "", true));
        if (!value.startsWith(BAD)) return Optional.empty();
        return Optional.of(new CpuVerdict(variant.name(), false, value.substring(BAD.length()), true));
    }

    void remember(CpuVariant variant, CpuVerdict verdict) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) throw new IOException(file + " has no folder");
        CacheFolder.create(folder);
        Extraction.underLock(folder.resolve(file.getFileName() + ".lock"), () -> {
            Properties all = new Properties();
            try {
                all = read();
            } catch (IllegalArgumentException e) {
                all.clear(); // damaged: begin anew
            }
            all.setProperty(key(variant), verdict.good() ? GOOD : BAD + verdict.reason());
            Path fresh = Files.createTempFile(folder, ".verdicts-", ".new");
            try (Writer out = Files.newBufferedWriter(fresh)) {
                all.store(out, "Which CPU libraries work on this machine. Delete this file to find out again.");
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        });
    }

    private String key(CpuVariant variant) {
        return scope + "." + variant.name();
    }

    private Properties read() throws IOException {
        Properties all = new Properties();
        if (!Files.exists(file)) return all;
        try (Reader in = Files.newBufferedReader(file)) {
            all.load(in);
        }
        return all;
    }
}
