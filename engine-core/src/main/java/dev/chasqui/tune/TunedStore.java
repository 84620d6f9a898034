package dev.chasqui.tune;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The measurements of this user, a small properties file each.
///
/// A file says what it holds for. One that is damaged, or was brought from elsewhere, is not used, with a warning.
public final class TunedStore {

    private static final Logger LOG = LoggerFactory.getLogger(TunedStore.class);

    private final Path folder;

    /// @param folder made when the first measurement is kept
    public TunedStore(Path folder) {
        this.folder = folder;
    }

    /// Whether nothing was ever kept here.
    public boolean isEmpty() {
        return !Files.isDirectory(folder);
    }

    public Path file(TunedKey key) {
        return folder.resolve(key.fileName());
    }

    public Optional<StoredTuning> find(TunedKey key) {
        Path file = file(key);
        if (!Files.exists(file)) return Optional.empty();
        try {
            return Optional.of(read(file, key));
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} is not used: {}. `chasqui tune` writes it anew", file, e.getMessage());
            return Optional.empty();
        }
    }

    /// Replaces what was there before, all at once.
    ///
    /// @throws IOException if it cannot be written; what was there before stays
    public Path keep(TunedKey key, StoredTuning tuning) throws IOException {
        Properties all = new Properties();
        all.setProperty("weights", key.weights());
        all.setProperty("cpu", key.cpu());
        all.setProperty("cores", key.cores());
        all.setProperty("natives", key.natives());
        all.setProperty("model", tuning.model());
        all.setProperty("workload", tuning.workload().toString());
        all.setProperty("speedup", String.format(Locale.ROOT, "%.3f", tuning.speedup()));
        all.setProperty("measured", tuning.measuredAt().toString());
        tuning.knobs().values().forEach((knob, value) -> all.setProperty(knob.wire(), value));
        Files.createDirectories(folder);
        Path fresh = Files.createTempFile(folder, ".tuned-", ".new");
        try {
            try (Writer out = Files.newBufferedWriter(fresh)) {
                all.store(out, "Measured by `chasqui tune`. Without this file the defaults hold.");
            }
            return Files.move(fresh, file(key), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /// Removes what was measured for these weights, here or elsewhere, with any version.
    ///
    /// @return how many measurements that were
    /// @throws IOException if one cannot be removed
    public int forget(TunedKey key) throws IOException {
        List<Path> files = ofWeights(key);
        for (Path file : files) Files.delete(file);
        return files.size();
    }

    /// Measurements for these weights that do not hold here: of another processor, number of cores or version.
    ///
    /// @throws IOException if the folder cannot be read
    public int elsewhere(TunedKey key) throws IOException {
        return (int)
                ofWeights(key).stream().filter(file -> !file.equals(file(key))).count();
    }

    private List<Path> ofWeights(TunedKey key) throws IOException {
        if (isEmpty()) return List.of();
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> String.valueOf(file.getFileName()).startsWith(key.prefix()))
                    .toList();
        }
    }

    /// @throws IllegalArgumentException saying what is wrong with it
    private static StoredTuning read(Path file, TunedKey key) throws IOException {
        Properties all = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            all.load(in);
        }
        require(all, "weights", key.weights());
        require(all, "cpu", key.cpu());
        require(all, "cores", key.cores());
        require(all, "natives", key.natives());
        Knobs knobs = Knobs.NONE;
        for (Knob knob : Knob.values()) {
            String value = all.getProperty(knob.wire());
            if (value != null) knobs = knobs.with(knob, value);
        }
        if (!knobs.isPossible()) throw new IllegalArgumentException(knobs + " cannot be had together");
        double speedup = Double.parseDouble(all.getProperty("speedup", "?"));
        if (!(speedup > 0 && speedup < 1e6)) throw new IllegalArgumentException("speedup is " + speedup);
        return new StoredTuning(
                knobs,
                all.getProperty("model", "?"),
                Workload.valueOf(all.getProperty("workload", "?").toUpperCase(Locale.ROOT)),
                speedup,
                Instant.parse(all.getProperty("measured", "?")));
    }

    private static void require(Properties all, String name, String expected) {
        String there = all.getProperty(name, "");
        if (!there.equals(expected)) {
            throw new IllegalArgumentException(
                    "its " + name + " is \"" + there + "\", here it is \"" + expected + "\"");
        }
    }
}
