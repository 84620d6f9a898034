package dev.chasqui.api;

import java.util.List;

/// How the model chose among the labels of a request.
///
/// @param all     each label, in the request's order
/// @param outside the probability that the model would have said something else, in `[0, 1]`. Close to 1 it means
///                that the question does not lead to these labels, whatever their probabilities among themselves
public record Choices(List<Choice> all, double outside) {

    /// @throws IllegalArgumentException if there are none
    public Choices {
        all = List.copyOf(all);
        if (all.isEmpty()) throw new IllegalArgumentException("all is empty; expected at least one choice");
    }

    /// The likeliest; the first of them if several are.
    public Choice best() {
        Choice best = all.getFirst();
        for (Choice choice : all) {
            if (choice.logprob() > best.logprob()) best = choice;
        }
        return best;
    }

    /// How undecided the model is: 0 if one label has all probability, `ln n` if all `n` have the same. In nats.
    public double entropy() {
        return all.stream()
                .mapToDouble(Choice::probability)
                .filter(p -> p > 0)
                .map(p -> -p * Math.log(p))
                .sum();
    }
}
