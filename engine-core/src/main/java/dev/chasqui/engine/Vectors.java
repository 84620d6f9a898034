package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import java.util.Arrays;
import java.util.OptionalInt;

/// Vectors of length 1, as Ollama hands them out.
final class Vectors {

    /// Below this a vector counts as zero, and stays near it.
    private static final double SHORTEST = 1e-12;

    private Vectors() {}

    /// The same direction, of length 1. With fewer dimensions it is cut first.
    ///
    /// @throws BackendException in Ollama's words, if an element is no number
    static float[] normalised(float[] vector, OptionalInt dimensions) {
        int kept = Math.min(vector.length, dimensions.orElse(vector.length));
        for (float element : vector) {
            if (!Float.isFinite(element)) throw BackendException.invalid("embedding contains NaN or Inf values");
        }
        float[] unit = Arrays.copyOf(vector, kept);
        double squares = 0;
        for (float element : unit) squares += (double) element * element;
        double scale = 1 / Math.max(Math.sqrt(squares), SHORTEST);
        for (int i = 0; i < kept; i++) unit[i] = (float) (unit[i] * scale);
        return unit;
    }
}
