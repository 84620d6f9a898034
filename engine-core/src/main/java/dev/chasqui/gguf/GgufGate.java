package dev.chasqui.gguf;

import dev.chasqui.gguf.GateLimits.Limit;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.function.LongConsumer;

/// Refuses the files that would end the process that runs them, in plain Java and before native code sees them.
///
/// [GgufFile#read] checks how a file is built (rules V3 to V9); this looks at what it says: rules V7 to V17, and
/// V18 where weights are read. Real models pass; where it is unclear whether llama.cpp copes, they pass too. The
/// rules, their numbers and what they do not promise are in `docs/gguf-gate.md`.
public final class GgufGate {

    /// Changes with the rules: what an older gate let pass is judged again.
    private static final int REVISION = 1;

    private final GateLimits limits;

    private GgufGate(GateLimits limits) {
        this.limits = limits;
    }

    /// With the limits of the environment.
    ///
    /// @throws GgufException if `CHASQUI_GGUF_LIMITS` is wrong
    public static GgufGate standard() {
        return new GgufGate(GateLimits.standard());
    }

    public static GgufGate with(GateLimits limits) {
        return new GgufGate(limits);
    }

    /// The same where the same is judged: what a file's verdict is remembered with.
    public String fingerprint() {
        return "gate " + REVISION + " " + limits.fingerprint();
    }

    /// Judges a model, an adapter or a projector by its head; of a split model the first part, with its siblings
    /// beside it. Takes milliseconds and reads no weights.
    ///
    /// @return what it says about itself
    /// @throws GgufException naming the rule, the key or tensor, its value and what was expected
    public GgufFile judge(Path file) {
        return judge(file, Optional.empty());
    }

    /// As [#judge], of one file whatever is beside it: a part of a split model may lie in a store by its digest.
    public GgufFile judgeAlone(Path file) {
        return judgeOne(file, Optional.empty());
    }

    /// As [#judge], and reads all weights: one that is no number makes every answer nonsense (V18).
    ///
    /// @param reading hears how many bytes of the file were read; may throw to give it up
    public GgufFile judgeWithWeights(Path file, LongConsumer reading) {
        return judge(file, Optional.of(reading));
    }

    private GgufFile judge(Path file, Optional<LongConsumer> weights) {
        GgufFile first = judgeOne(file, weights);
        if (first.isPart()) {
            for (Path sibling : SplitParts.siblings(first, limits.most(Limit.PARTS))) judgeOne(sibling, weights);
        }
        return first;
    }

    private GgufFile judgeOne(Path file, Optional<LongConsumer> weights) {
        requireRegular(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            GgufFile read = GgufFile.read(file, channel, limits);
            new TensorRules(read).check();
            switch (read.kind()) {
                case "adapter" -> new AdapterRules(read).check();
                case "mmproj" -> {}
                default -> checkModel(read, channel);
            }
            if (weights.isPresent()) new WeightScan(read, channel, weights.get()).check();
            if (channel.size() != size) {
                throw new GgufException(
                        "V1",
                        file + " had " + size + " bytes and now has " + channel.size()
                                + "; it was written to while it was read");
            }
            return read;
        } catch (IOException e) {
            throw GgufException.unreadable(file, e);
        }
    }

    private void checkModel(GgufFile file, FileChannel channel) throws IOException {
        boolean laterPart = file.isPart() && file.integer("split.no").orElse(0) > 0;
        if (file.architecture().equals("clip") || laterPart) return; // what describes the model is elsewhere
        new ModelRules(file, limits).check();
        new VocabularyRules(file, channel, limits).check();
        new TemplateRules(file, channel, limits).check();
    }

    /// Asked before opening, which would wait for a pipe's writer. A link is followed: people put them into stores
    /// on purpose, and whoever can make one there can as well write the file.
    private static void requireRegular(Path file) {
        if (Files.isRegularFile(file)) return;
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) throw new GgufException(file + " does not exist");
        throw new GgufException("V1", file + " is " + kind(file) + "; expected a regular file");
    }

    private static String kind(Path file) {
        try {
            BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
            return is.isDirectory() ? "a folder" : "a pipe or a device";
        } catch (IOException e) {
            return "a link that leads nowhere";
        }
    }
}
