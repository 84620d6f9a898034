package dev.chasqui.tune;

import java.time.Duration;

/// How much time to spend.
public enum Effort {
    QUICK(3, 1.05, Duration.ofSeconds(1)),
    FULL(5, 1.03, Duration.ofSeconds(8));

    private final int rounds;
    private final double margin;
    private final Duration prompt;

    Effort(int rounds, double margin, Duration prompt) {
        this.rounds = rounds;
        this.margin = margin;
        this.prompt = prompt;
    }

    /// In each of which a way must be faster than what stands.
    int rounds() {
        return rounds;
    }

    /// By so much it must be faster, in the median.
    double margin() {
        return margin;
    }

    /// About what computing the longest prompt should take.
    public Duration prompt() {
        return prompt;
    }
}
