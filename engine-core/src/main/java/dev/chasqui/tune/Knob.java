package dev.chasqui.tune;

import dev.chasqui.llama.ContextSettings.CacheType;
import dev.chasqui.llama.ContextSettings.FlashAttention;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What can be tuned, in the order in which it is.
public enum Knob {
    /// Threads for prompts when all cores are free.
    PREFILL_THREADS("num_thread_batch"),
    /// Threads for one token at a time when all cores are free.
    DECODE_THREADS("num_thread"),
    FLASH_ATTENTION("flash_attention"),
    CACHE_TYPE("kv_cache_type"),
    /// Tokens of a prompt in one batch, all computed at once.
    BATCH("num_batch");

    private static final int MOST_THREADS = 512;
    private static final int MOST_BATCH = 1 << 16;

    private final String wire;

    Knob(String wire) {
        this.wire = wire;
    }

    /// The name in files and reports.
    public String wire() {
        return wire;
    }

    /// @throws IllegalArgumentException naming the knob, if that is none of its values
    String require(String value) {
        boolean good = switch (this) {
            case PREFILL_THREADS, DECODE_THREADS -> isCount(value, MOST_THREADS);
            case BATCH -> isCount(value, MOST_BATCH);
            case FLASH_ATTENTION -> names(FlashAttention.values()).contains(value);
            case CACHE_TYPE -> names(CacheType.values()).contains(value);
        };
        if (!good) throw new IllegalArgumentException(wire + " is \"" + value + "\"");
        return value;
    }

    private static boolean isCount(String value, int most) {
        return value.matches("[1-9]\\d{0,5}") && Integer.parseInt(value) <= most;
    }

    private static Set<String> names(Enum<?>[] values) {
        return Stream.of(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
    }
}
