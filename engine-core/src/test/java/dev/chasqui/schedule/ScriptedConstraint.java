package dev.chasqui.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.llama.TokenConstraint;
import java.util.Arrays;
import java.util.stream.IntStream;

/// A made-up language: some tokens may not come at some places, some have to be followed by a run of others, and the
/// last of a run may have a longer one in its place. Insists that it is handed what it allows.
final class ScriptedConstraint implements TokenConstraint {

    private static final int LONGER = 500;

    private final int length;
    private final boolean jumps;
    private int count;
    private int[] run = {};
    private boolean open;

    /// @param length tokens after which the text is complete, `>= 1`; a run may still follow
    /// @param jumps  whether it tells what must come
    ScriptedConstraint(int length, boolean jumps) {
        this.length = length;
        this.jumps = jumps;
        begin(length * 5);
    }

    @Override
    public boolean allows(int token) {
        if (isOver()) return false;
        if (run.length == 0) return token % 7 != count % 7;
        return token == run[0] || (run.length == 1 && open && token == longer(run[0]));
    }

    @Override
    public int[] allowed() {
        return IntStream.range(0, ScriptedDecoder.VOCABULARY)
                .filter(this::allows)
                .toArray();
    }

    @Override
    public void accept(int token) {
        assertThat(allows(token)).as("token %d is allowed", token).isTrue();
        count++;
        if (run.length > 0) run = Arrays.copyOfRange(run, 1, run.length);
        else if (count < length) begin(token);
    }

    @Override
    public int[] forced(int most) {
        int certain = run.length - (open ? 1 : 0);
        int[] forced = jumps ? Arrays.copyOf(run, Math.clamp(certain, 0, most)) : NOTHING;
        for (int token : forced) accept(token);
        return forced;
    }

    @Override
    public int likely() {
        return jumps && run.length == 1 && open ? run[0] : -1;
    }

    @Override
    public boolean isOver() {
        return count >= length && run.length == 0;
    }

    private void begin(int token) {
        if (token % 5 > 1) return;
        run = IntStream.rangeClosed(1, 1 + token % 11)
                .map(i -> (token + i) % ScriptedDecoder.VOCABULARY)
                .toArray();
        open = token % 2 == 0;
    }

    private static int longer(int token) {
        return (token + LONGER) % ScriptedDecoder.VOCABULARY;
    }
}
