package dev.chasqui.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The CPU variant this process uses, and how it was found.
///
/// @param tried every variant asked about, the best first; the last one is the one chosen
public record CpuChoice(CpuVariant variant, CpuFeatures features, List<CpuVerdict> tried) {

    /// Takes the best variant that survives a throwaway process. What died is remembered and not tried again.
    ///
    /// @throws NativeLibraryException if none survives; the message says what became of each
    static CpuChoice make(Platform platform, NativeSource source, Path verdictsFile, CpuProof proof) {
        CpuFeatures features = CpuFeatures.read();
        List<CpuVariant> candidates = CpuVariant.candidates(platform, source.folder(), features);
        return make(candidates, features, source, verdictsFile, proof);
    }

    static CpuChoice make(
            List<CpuVariant> candidates, CpuFeatures features, NativeSource source, Path verdictsFile, CpuProof proof) {
        Verdicts verdicts = new Verdicts(verdictsFile, source.content() + "." + features.identity());
        List<CpuVerdict> tried = new ArrayList<>();
        for (CpuVariant variant : candidates) {
            Optional<CpuVerdict> remembered = verdicts.of(variant);
            CpuVerdict verdict = remembered.orElseGet(() -> proof.of(source.folder(), variant));
            if (remembered.isEmpty()) remember(verdicts, variant, verdict);
            tried.add(verdict);
            if (verdict.good()) return new CpuChoice(variant, features, List.copyOf(tried));
        }
        throw new NativeLibraryException("no CPU library in " + source.folder() + " works on this machine ("
                + features.model() + "): "
                + tried.stream()
                        .map(verdict -> verdict.variant() + ": " + verdict.reason())
                        .collect(Collectors.joining("; "))
                + ". Delete " + verdictsFile + " to try again");
    }

    private static void remember(Verdicts verdicts, CpuVariant variant, CpuVerdict verdict) {
        Logger log = LoggerFactory.getLogger(CpuChoice.class);
        if (verdict.good()) log.info("CPU library {} works on this machine", variant.name());
        else log.warn("CPU library {} does not work on this machine: {}", variant.name(), verdict.reason());
        try {
            verdicts.remember(variant, verdict);
        } catch (IOException e) {
            log.warn("cannot remember that in {} ({}), so each start tries it again", verdicts.file(), e.toString());
        }
    }
}
