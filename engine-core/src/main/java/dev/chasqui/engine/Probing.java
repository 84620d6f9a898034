package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.platform.NativeLibraries;
import dev.chasqui.probe.Probe;
import dev.chasqui.probe.ProbeResult;
import dev.chasqui.store.ProbeNote;
import java.time.Clock;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets a model into this process only after its files were loaded and used in a throwaway one that lived. Each file
/// pays for that once, with one version of llama.cpp; see [Isolation].
final class Probing {

    private static final Logger LOG = LoggerFactory.getLogger(Probing.class);

    private static final String LOAD_ALL_THE_SAME = "set CHASQUI_ISOLATION=none to load it without";

    private final boolean wanted;
    private final Probe probe;
    private final Supplier<Libraries> libraries;
    private final Clock clock;

    /// @param identity tells them from all others, in a word
    /// @param shipped  whether they are ours
    record Libraries(String identity, boolean shipped) {
        static Libraries loaded() {
            NativeLibraries natives = NativeLibraries.load();
            return new Libraries(natives.identity(), !natives.isOwnBuild());
        }
    }

    Probing(boolean wanted, Probe probe, Supplier<Libraries> libraries, Clock clock) {
        this.wanted = wanted;
        this.probe = probe;
        this.libraries = libraries;
        this.clock = clock;
    }

    static Probing of(EngineConfig config) {
        return new Probing(config.isolation() != Isolation.NONE, Probe.LOAD, Libraries::loaded, Clock.systemUTC());
    }

    /// @param stillWanted answers `false` when nobody waits for the model any more
    /// @throws BackendException if the files end a process, or are of no use; of kind `CANCELLED` if nobody waits
    void require(ModelSource source, BooleanSupplier stillWanted) {
        if (!wanted) return;
        ProbeNote note = source.probe().get();
        Libraries with = libraries.get();
        if (note.pinned() && with.shipped()) return;
        try {
            Optional<Verdict> verdict = known(note, with);
            if (verdict.isEmpty()) {
                verdict = note.alone(stillWanted, () -> find(source, note, with, stillWanted));
            }
            requireLived(source, note, verdict.orElseThrow(Probing::cancelled));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException(BackendException.Kind.CANCELLED, "request canceled", e);
        }
    }

    private Optional<Verdict> known(ProbeNote note, Libraries with) {
        return note.read(with.identity()).flatMap(text -> Verdict.parse(text, clock.instant()));
    }

    /// Somebody else may have found out meanwhile.
    private Verdict find(ModelSource source, ProbeNote note, Libraries with, BooleanSupplier stillWanted)
            throws InterruptedException {
        Optional<Verdict> known = known(note, with);
        if (known.isPresent()) return known.get();
        ProbeResult result = probe.of(source.weights(), source.adapter(), stillWanted);
        LOG.info(
                "probed {} in {} ms: {}",
                source.name(),
                result.took().toMillis(),
                result.reason().isEmpty() ? "it can be loaded" : result.reason());
        Optional<Verdict> verdict = Verdict.of(result, clock.instant());
        verdict.ifPresent(found -> note.write(with.identity(), found.toString()));
        return verdict.orElseThrow(() -> withoutVerdict(source, result));
    }

    private static BackendException withoutVerdict(ModelSource source, ProbeResult result) {
        return switch (result.fate()) {
            case GIVEN_UP -> cancelled();
            case REFUSED -> failed("error loading model '" + source.name() + "': " + result.reason());
            default ->
                failed("model '" + source.name() + "' could not be tried in a process of its own: " + result.reason()
                        + ". Ask again, or " + LOAD_ALL_THE_SAME);
        };
    }

    private static void requireLived(ModelSource source, ProbeNote note, Verdict verdict) {
        if (verdict.lived()) return;
        String remembered = note.file()
                .map(file -> "; " + file + " remembers that, remove it to try again")
                .orElse("");
        throw failed("model '" + source.name() + "' is not loaded: in a process of its own " + verdict.reason()
                + ". Use another file of this model, or " + LOAD_ALL_THE_SAME + remembered);
    }

    private static BackendException failed(String message) {
        return new BackendException(BackendException.Kind.FAILED, message);
    }

    private static BackendException cancelled() {
        return new BackendException(BackendException.Kind.CANCELLED, "request canceled");
    }
}
