package dev.chasqui.engine;

/// How alike two vectors are.
final class Cosine {

    private Cosine() {}

    static double of(float[] a, float[] b) {
        double dot = 0;
        double lengths = 0;
        double others = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            lengths += (double) a[i] * a[i];
            others += (double) b[i] * b[i];
        }
        return dot / Math.sqrt(lengths * others);
    }
}
