package dev.chasqui.tune;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/// What the model will mostly do.
public enum Workload {
    /// Long prompts nobody has computed before, short answers.
    PREFILL(EnumSet.of(Knob.PREFILL_THREADS, Knob.FLASH_ATTENTION, Knob.CACHE_TYPE, Knob.BATCH)),
    /// A few tokens more after a prompt that is in the KV cache already.
    TAIL(EnumSet.of(Knob.PREFILL_THREADS, Knob.FLASH_ATTENTION, Knob.CACHE_TYPE)),
    /// Long answers.
    DECODE(EnumSet.of(Knob.DECODE_THREADS, Knob.FLASH_ATTENTION, Knob.CACHE_TYPE)),
    /// All of it: a long prompt, then short questions about it with short answers.
    MIXED(EnumSet.allOf(Knob.class));

    private static final int TAIL_TOKENS = 24;

    private final Set<Knob> knobs;

    Workload(Set<Knob> knobs) {
        this.knobs = knobs;
    }

    /// Those that can make a difference.
    Set<Knob> knobs() {
        return knobs;
    }

    /// @param promptTokens as many as are worth a sample's time on this machine
    public Shape shape(int promptTokens, Effort effort) {
        int times = effort == Effort.QUICK ? 2 : 4;
        return switch (this) {
            case PREFILL -> new Shape(promptTokens, true, 0, 0, 0);
            case TAIL -> new Shape(promptTokens, false, 2 * times, TAIL_TOKENS, 0);
            case DECODE -> new Shape(promptTokens, false, times, 0, 32);
            case MIXED -> new Shape(promptTokens, true, times, TAIL_TOKENS, 16);
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
