package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Choice;
import dev.chasqui.api.Choices;
import dev.chasqui.schedule.Job;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What has to be asked of a model to know how likely each of some labels is to begin its answer, and what follows
/// from it. Plain arithmetic over token ids.
///
/// A label counts with and without a space before it, as the model likes; both are its own tokens, so their
/// probabilities add up. Where one label begins another, the longer one's probability is not the shorter one's.
final class ChoicePlan {

    /// One way to write a label.
    private record Spelling(int label, List<Integer> tokens) {

        boolean begins(Spelling other) {
            return tokens.size() < other.tokens.size()
                    && other.tokens.subList(0, tokens.size()).equals(tokens);
        }
    }

    private final List<String> labels;
    private final List<Spelling> spellings;
    /// After these tokens behind the prompt it matters how likely those others are.
    private final Map<List<Integer>, List<Integer>> asked = new LinkedHashMap<>();

    private ChoicePlan(List<String> labels, List<Spelling> spellings) {
        this.labels = labels;
        this.spellings = spellings;
        for (Spelling spelling : spellings) {
            for (int i = 0; i < spelling.tokens.size(); i++) {
                List<Integer> next = asked.computeIfAbsent(spelling.tokens.subList(0, i), fresh -> new ArrayList<>());
                if (!next.contains(spelling.tokens.get(i))) next.add(spelling.tokens.get(i));
            }
        }
    }

    /// @param tokenizer a text's tokens, none of them special
    /// @throws BackendException if a label is too long, or two of them are the same tokens
    static ChoicePlan of(List<String> labels, Function<String, int[]> tokenizer) {
        List<Spelling> spellings = new ArrayList<>();
        for (int i = 0; i < labels.size(); i++) {
            String label = labels.get(i);
            int index = i;
            Stream.of(label, " " + label)
                    .map(text -> IntStream.of(tokenizer.apply(text)).boxed().toList())
                    .distinct()
                    .forEach(tokens -> spellings.add(spelling(labels, index, tokens, spellings)));
        }
        return new ChoicePlan(labels, spellings);
    }

    private static Spelling spelling(List<String> labels, int label, List<Integer> tokens, List<Spelling> others) {
        String text = labels.get(label);
        if (tokens.isEmpty() || tokens.size() > Job.MOST_SCORED) {
            throw BackendException.invalid("choices has the label \"" + text + "\", " + tokens.size()
                    + " tokens for this model; expected 1 to " + Job.MOST_SCORED + ". Shorten it");
        }
        for (Spelling other : others) {
            if (other.tokens.equals(tokens)) {
                throw BackendException.invalid("choices has the labels \"" + labels.get(other.label) + "\" and \""
                        + text + "\", which are the same tokens for this model. Leave one out");
            }
        }
        return new Spelling(label, tokens);
    }

    /// The longest label's tokens.
    int longest() {
        return spellings.stream()
                .mapToInt(spelling -> spelling.tokens.size())
                .max()
                .orElse(0);
    }

    /// Tokens to compute behind the prompt, each list apart: the model's logits are wanted after each of them, and
    /// with the first list after the prompt too. That list may be empty.
    List<List<Integer>> paths() {
        return asked.keySet().stream()
                .filter(path -> asked.keySet().stream().noneMatch(other -> begins(path, other)))
                .toList();
    }

    /// The tokens whose likelihood matters after these.
    List<Integer> askedAfter(List<Integer> path) {
        return asked.getOrDefault(path, List.of());
    }

    /// @param logprobs of each token that matters, by the tokens up to it
    Choices choices(Map<List<Integer>, Double> logprobs) {
        double[] spelled =
                spellings.stream().mapToDouble(one -> logprob(one, logprobs)).toArray();
        double most = Double.NEGATIVE_INFINITY;
        for (double one : spelled) most = Math.max(most, one);
        double[] shares = new double[labels.size()]; // of the likeliest spelling, so that nothing underflows
        for (int i = 0; i < spelled.length; i++) {
            shares[spellings.get(i).label] += Math.max(0, share(i, spelled, most));
        }
        double sum =
                IntStream.range(0, shares.length).mapToDouble(i -> shares[i]).sum();
        List<Choice> all = new ArrayList<>();
        for (int i = 0; i < shares.length; i++) {
            all.add(new Choice(labels.get(i), shares[i] / sum, Logprobs.finite(most + Math.log(shares[i]))));
        }
        return new Choices(all, Math.clamp(1 - Math.exp(most) * sum, 0, 1));
    }

    /// Without what goes on as another label.
    private double share(int index, double[] spelled, double most) {
        Spelling spelling = spellings.get(index);
        double share = Math.exp(spelled[index] - most);
        for (int i = 0; i < spelled.length; i++) {
            Spelling longer = spellings.get(i);
            if (!spelling.begins(longer)) continue;
            boolean another = spellings.stream().anyMatch(one -> spelling.begins(one) && one.begins(longer));
            if (!another) share -= Math.exp(spelled[i] - most);
        }
        return share;
    }

    private static double logprob(Spelling spelling, Map<List<Integer>, Double> logprobs) {
        double sum = 0;
        for (int end = 1; end <= spelling.tokens.size(); end++) {
            Double one = logprobs.get(spelling.tokens.subList(0, end));
            if (one == null) throw new IllegalStateException("a token of the choices was not scored");
            sum += one;
        }
        return sum;
    }

    private static boolean begins(List<Integer> path, List<Integer> other) {
        return path.size() < other.size() && other.subList(0, path.size()).equals(path);
    }
}
