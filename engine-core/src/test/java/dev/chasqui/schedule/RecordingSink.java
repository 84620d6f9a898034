package dev.chasqui.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Keeps what it hears, and insists that the end comes once.
class RecordingSink implements TokenSink {

    final List<Integer> tokens = new ArrayList<>();
    TokenSink.Ending ending;
    RuntimeException failure;

    @Override
    public boolean accept(int token, Supplier<float[]> logits) {
        assertThat(over()).as("nothing comes after the end").isFalse();
        assertThat(logits.get()[token]).isPositive();
        tokens.add(token);
        return true;
    }

    @Override
    public boolean forced(int token) {
        assertThat(over()).as("nothing comes after the end").isFalse();
        tokens.add(token);
        return true;
    }

    @Override
    public void ended(Ending ending) {
        assertThat(over()).as("the end comes once").isFalse();
        this.ending = ending;
    }

    @Override
    public void failed(RuntimeException cause) {
        assertThat(over()).as("the end comes once").isFalse();
        failure = cause;
    }

    boolean over() {
        return ending != null || failure != null;
    }
}
