package dev.chasqui.llama;

import dev.chasqui.platform.NativeLibraries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Tries one CPU library with a small real decode. A process of its own runs this, since a library that does not
/// fit the machine ends the process it is in.
final class ProveCpu {

    private static final long SEED = 20261123;
    private static final int PROMPT = 64;
    private static final int ANSWER = 8;

    private ProveCpu() {}

    /// @param args the folder of the libraries, and the CPU library's file
    public static void main(String[] args) throws IOException {
        if (args.length != 2) throw new IllegalArgumentException("expected a folder and the file of a CPU library");
        NativeLibraries.loadUnproven(Path.of(args[0]), Path.of(args[1]));
        Path file = Files.createTempFile("chasqui-tiny", ".gguf");
        try {
            TinyModel.write(file, SEED);
            decode(file);
        } finally {
            Files.delete(file);
        }
        System.out.println(NativeLibraries.PROVEN);
    }

    private static void decode(Path file) {
        ContextSettings settings =
                ContextSettings.of(256).withBatch(PROMPT, PROMPT).withThreads(2, 2);
        try (LlamaModel model = LlamaModel.open(file, ModelSettings.DEFAULT);
                LlamaContext context = model.newContext(settings)) {
            TokenBatch batch = new TokenBatch(PROMPT);
            for (int i = 0; i < PROMPT; i++) batch.add(i * 5 % context.vocabularySize(), i, 0, i == PROMPT - 1);
            int row = PROMPT - 1;
            for (int step = 0; step <= ANSWER; step++) {
                if (context.decode(batch) != Decoder.Outcome.DONE) throw new LlamaException("the decode was not done");
                int next = likeliest(context.logits(row));
                batch.clear();
                row = batch.add(next, PROMPT + step, 0, true);
            }
        }
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int i = 0; i < logits.length; i++) {
            if (!Float.isFinite(logits[i])) throw new LlamaException("logit " + i + " is " + logits[i]);
            if (logits[i] > logits[best]) best = i;
        }
        if (logits[best] == 0) throw new LlamaException("all logits are 0");
        return best;
    }
}
