package dev.chasqui.probe;

import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.Decoder;
import dev.chasqui.llama.EmbedderSettings;
import dev.chasqui.llama.LlamaContext;
import dev.chasqui.llama.LlamaEmbedder;
import dev.chasqui.llama.LlamaException;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.llama.ModelSettings;
import dev.chasqui.llama.Pooling;
import dev.chasqui.llama.TokenBatch;
import dev.chasqui.platform.ChildJvm;
import dev.chasqui.platform.NativeLibraries;
import dev.chasqui.platform.OwnLimits;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Optional;

/// Loads a model, writes a chat by its template and computes a token with it. A process of its own runs this:
/// llama.cpp ends the process it is in on some files that look right.
final class ProbeChild {

    /// What comes before the words for what it does now.
    static final String STAGE = "chasqui: now ";
    /// What comes before llama.cpp's words for why the files are of no use.
    static final String REFUSED = "chasqui: refused: ";
    /// What comes before the words for what it does that no process could bear.
    static final String UNFIT = "chasqui: unfit: ";
    /// The last line where all went well.
    static final String LIVED = "chasqui: this model lives";

    static final int REFUSED_STATUS = 3;
    static final int UNFIT_STATUS = 4;

    /// llama.cpp's number for a model that ranks texts.
    private static final String RANK = "4";

    private static final int CONTEXT_TOKENS = 64;
    private static final int BATCH_TOKENS = 8;

    private ProbeChild() {}

    /// @param args the folder of the libraries, the CPU library's file, the most bytes of memory, the weights, and
    ///             the adapter if there is one
    public static void main(String[] args) {
        if (args.length < 4 || args.length > 5) throw new IllegalArgumentException("expected four or five arguments");
        ChildJvm.endWithParent();
        OwnLimits.firstToBeEnded();
        NativeLibraries.loadUnproven(Path.of(args[0]), Path.of(args[1]));
        OwnLimits.privateMemory(Long.parseLong(args[2]));
        ModelSettings settings = ModelSettings.DEFAULT
                .withGpuLayers(0)
                .withRepack(false)
                .withAdapter(args.length == 5 ? Optional.of(Path.of(args[4])) : Optional.empty());
        try {
            stage("its weights were loaded");
            try (LlamaModel model = LlamaModel.open(Path.of(args[3]), settings)) {
                use(model);
            }
            System.out.println(LIVED);
        } catch (LlamaException | IllegalArgumentException | IllegalStateException e) {
            System.out.println(REFUSED + String.valueOf(e.getMessage()).replace('\n', ' '));
            System.exit(REFUSED_STATUS);
        }
    }

    /// Waits for nothing: a native call that does not end may still run.
    static void endUnfit(String message) {
        System.out.println(UNFIT + message.replace('\n', ' '));
        System.out.flush();
        Runtime.getRuntime().halt(UNFIT_STATUS);
    }

    private static void use(LlamaModel model) {
        Optional<String> jinja = model.chatTemplate().filter(text -> !text.isBlank());
        if (jinja.isPresent()) {
            stage("its chat template was used");
            ProbeChats.write(jinja.get(), model.vocabulary());
        }
        stage("a text was cut into tokens");
        int[] tokens = model.vocabulary().tokenize("Hi", true, true);
        int[] few = tokens.length == 0 ? new int[1] : Arrays.copyOf(tokens, Math.min(tokens.length, 4));
        String pooling = model.metadata("general.architecture")
                .flatMap(architecture -> model.metadata(architecture + ".pooling_type"))
                .orElse("");
        stage("a token was computed");
        switch (pooling) {
            case "1" -> embed(model, few, Pooling.MEAN);
            case "2" -> embed(model, few, Pooling.CLS);
            case "3" -> embed(model, few, Pooling.LAST);
            case RANK -> {} // nothing here computes with it
            default -> decode(model, few);
        }
    }

    private static void decode(LlamaModel model, int[] tokens) {
        ContextSettings settings = ContextSettings.of(CONTEXT_TOKENS)
                .withBatch(BATCH_TOKENS, BATCH_TOKENS)
                .withThreads(1, 1);
        LlamaContext context;
        try {
            context = model.newContext(settings);
        } catch (LlamaException e) {
            embed(model, tokens, Pooling.MEAN); // an encoder that does not say so
            return;
        }
        try (context) {
            if (context.decode(batch(tokens)) != Decoder.Outcome.DONE) {
                throw new LlamaException("the decode was not done");
            }
            model.vocabulary().piece(likeliest(context.logits(tokens.length - 1)), true);
        }
    }

    private static void embed(LlamaModel model, int[] tokens, Pooling pooling) {
        ContextSettings context =
                ContextSettings.of(CONTEXT_TOKENS).withSequences(2).withThreads(1, 1);
        EmbedderSettings settings = new EmbedderSettings(pooling, true, context, CONTEXT_TOKENS - 1);
        try (LlamaEmbedder embedder =
                new LlamaEmbedder(model, settings, permitted -> {}, Collections.emptySortedSet())) {
            embedder.reserve(tokens.length);
            if (embedder.embed(batch(tokens)) != Decoder.Outcome.DONE)
                throw new LlamaException("the step was not done");
            embedder.vector(0);
        }
    }

    private static TokenBatch batch(int[] tokens) {
        TokenBatch batch = new TokenBatch(tokens.length);
        for (int i = 0; i < tokens.length; i++) batch.add(tokens[i], i, 0, i == tokens.length - 1);
        return batch;
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int i = 0; i < logits.length; i++) if (logits[i] > logits[best]) best = i;
        return best;
    }

    private static void stage(String what) {
        System.out.println(STAGE + what);
    }
}
