package dev.chasqui.decide;

import dev.chasqui.api.Choice;
import dev.chasqui.api.Choices;
import dev.chasqui.api.Summary;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// What a model decided, and how sure it is.
///
/// @param choice        the likeliest constant
/// @param probabilities of every constant, among themselves; together 1
/// @param outside       the probability that the model would have said something else, in `[0, 1]`. Close to 1 it means
///                      that the question does not lead to these constants, whatever their probabilities are
/// @param summary       what it cost
public record Decision<E extends Enum<E>>(E choice, Map<E, Double> probabilities, double outside, Summary summary) {

    public Decision {
        probabilities = Collections.unmodifiableMap(new EnumMap<>(probabilities));
    }

    static <E extends Enum<E>> Decision<E> of(Class<E> type, Choices choices, Summary summary) {
        Map<E, Double> probabilities = new EnumMap<>(type);
        E best = null;
        for (E constant : type.getEnumConstants()) {
            Choice choice = choices.all().get(constant.ordinal());
            probabilities.put(constant, choice.probability());
            if (choice.equals(choices.best())) best = constant;
        }
        if (best == null) throw new IllegalStateException("none of the choices is the best one: " + choices);
        return new Decision<>(best, probabilities, choices.outside(), summary);
    }

    /// Of the choice, among the constants.
    public double probability() {
        return probabilities.getOrDefault(choice, 0.0);
    }

    /// How much likelier the choice is than the next constant; `0` to `1`.
    public double margin() {
        double next = 0;
        for (Map.Entry<E, Double> other : probabilities.entrySet()) {
            if (other.getKey() != choice) next = Math.max(next, other.getValue());
        }
        return probability() - next;
    }

    /// How undecided the model is: `0` if one constant has all probability, `ln n` if all `n` have the same. In nats.
    public double entropy() {
        return probabilities.values().stream()
                .filter(p -> p > 0)
                .mapToDouble(p -> -p * Math.log(p))
                .sum();
    }

    /// The choice, unless the model is less sure of it or would rather say something else.
    ///
    /// @param probability at least this among the constants, in `[0, 1]`
    /// @param outside     at most this for anything else, in `[0, 1]`
    public Optional<E> ifSure(double probability, double outside) {
        return probability() >= probability && this.outside <= outside ? Optional.of(choice) : Optional.empty();
    }
}
