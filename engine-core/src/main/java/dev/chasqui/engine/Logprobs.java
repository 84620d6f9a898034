package dev.chasqui.engine;

import dev.chasqui.api.TokenLogprob;
import dev.chasqui.llama.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Exact log-probabilities from the model's logits, before any sampling setting.
///
/// @param top how many likeliest tokens beside each, 0 to 20
record Logprobs(Vocabulary vocabulary, int top) {

    /// Further than this below the likeliest, a million tokens together change a result by less than `1e-7`.
    private static final double NEGLIGIBLE = -30;

    TokenLogprob of(int token, float[] logits) {
        double total = logSumExp(logits);
        List<TokenLogprob> likeliest = new ArrayList<>();
        for (int candidate : likeliest(logits)) likeliest.add(entry(candidate, logits[candidate] - total, List.of()));
        return entry(token, logits[token] - total, likeliest);
    }

    private TokenLogprob entry(int token, double logprob, List<TokenLogprob> others) {
        byte[] bytes = vocabulary.piece(token, true);
        List<Integer> unsigned =
                IntStream.range(0, bytes.length).mapToObj(i -> bytes[i] & 0xFF).toList();
        return new TokenLogprob(new String(bytes, StandardCharsets.UTF_8), unsigned, finite(logprob), others);
    }

    /// What is impossible gets a number, too: JSON has no infinity.
    static double finite(double logprob) {
        return Math.clamp(logprob, -Float.MAX_VALUE, 0);
    }

    static double logSumExp(float[] logits) {
        float most = Float.NEGATIVE_INFINITY;
        for (float logit : logits) most = Math.max(most, logit);
        double sum = 0;
        for (float logit : logits) {
            double below = (double) logit - most;
            if (below > NEGLIGIBLE) sum += Math.exp(below);
        }
        return most + Math.log(sum);
    }

    /// The `top` largest, best first: insertion into a short sorted list, since `top` is at most 20.
    int[] likeliest(float[] logits) {
        int[] best = new int[Math.min(top, logits.length)];
        int found = 0;
        for (int token = 0; token < logits.length && best.length > 0; token++) {
            if (found == best.length && logits[token] <= logits[best[found - 1]]) continue;
            int place = found < best.length ? found++ : found - 1;
            while (place > 0 && logits[best[place - 1]] < logits[token]) best[place] = best[--place];
            best[place] = token;
        }
        return best;
    }
}
