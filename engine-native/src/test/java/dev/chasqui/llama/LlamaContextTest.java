package dev.chasqui.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.chasqui.llama.ContextSettings.CacheType;
import dev.chasqui.llama.ContextSettings.FlashAttention;
import dev.chasqui.llama.Decoder.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LlamaContextTest {

    private final LlamaModel model = Tiny.model();
    private final LlamaContext context = model.newContext(Tiny.settings().withSequences(4));

    @AfterEach
    void free() {
        model.close();
    }

    @Test
    void theSameTokensGiveTheSameFiniteLogits() {
        assertThat(context.decode(Tiny.rows(0, 0, 20))).isEqualTo(Outcome.DONE);
        float[] first = context.logits(19);

        assertThat(context.forget(0, 0)).isTrue();
        context.decode(Tiny.rows(0, 0, 20));

        assertThat(first).hasSize(model.vocabulary().size()).containsExactly(context.logits(19));
        assertThat(first).doesNotContain(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);
    }

    @Test
    void aBatchOfNoRowsOrTooManyIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> context.decode(new TokenBatch(4)));
        assertThatIllegalArgumentException().isThrownBy(() -> context.decode(Tiny.rows(0, 0, 65)));
    }

    @Test
    void aTokenThatDoesNotExistIsRefused() {
        for (int token : new int[] {-1, Integer.MIN_VALUE, model.vocabulary().size(), Integer.MAX_VALUE}) {
            TokenBatch batch = new TokenBatch(1);
            batch.add(token, 0, 0, true);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> context.decode(batch))
                    .withMessageContaining("token " + token);
        }
    }

    @Test
    void aSequenceThatDoesNotExistIsRefused() {
        for (int sequence : new int[] {-1, 4, 256, Integer.MAX_VALUE}) {
            assertThatIllegalArgumentException().isThrownBy(() -> context.decode(Tiny.rows(sequence, 0, 1)));
            assertThatIllegalArgumentException().isThrownBy(() -> context.forget(sequence, 0));
            assertThatIllegalArgumentException().isThrownBy(() -> context.shift(sequence, 0, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> context.copy(sequence, 0, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> context.copy(0, sequence, 1));
        }
    }

    @Test
    void aPositionThatIsNotTheNextIsRefused() {
        context.decode(Tiny.rows(0, 0, 5));

        for (int position : new int[] {-1, 0, 4, 6, Integer.MAX_VALUE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> context.decode(Tiny.rows(0, position, 1)))
                    .withMessageContaining("its next is 5");
        }
        assertThat(context.decode(Tiny.rows(0, 5, 1))).isEqualTo(Outcome.DONE);
    }

    @Test
    void aRefusedBatchLeavesNoTrace() {
        TokenBatch batch = Tiny.rows(0, 0, 3);
        batch.add(-1, 3, 0, true);

        assertThatIllegalArgumentException().isThrownBy(() -> context.decode(batch));

        assertThat(context.nextPosition(0)).isZero();
        assertThat(context.decode(Tiny.rows(0, 0, 3))).isEqualTo(Outcome.DONE);
    }

    @Test
    void logitsThatWereNotAskedForAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> context.logits(0));
        context.decode(Tiny.rows(0, 0, 5));

        try (TokenSampler sampler = context.sampler(Sampling.GREEDY)) {
            for (int row : new int[] {-1, 0, 3, 5, 64, Integer.MAX_VALUE}) {
                assertThatIllegalArgumentException().isThrownBy(() -> context.logits(row));
                assertThatIllegalArgumentException().isThrownBy(() -> sampler.sample(row));
            }
            assertThat(sampler.sample(4)).isBetween(0, model.vocabulary().size() - 1);
        }
    }

    @Test
    void moreRowsWithLogitsThanTheContextHasRoomForAreRefused() {
        TokenBatch batch = new TokenBatch(8);
        for (int i = 0; i < 5; i++) batch.add(i, i, 0, true);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> context.decode(batch))
                .withMessageContaining("at most 4");
    }

    @Test
    void aFullCacheSaysSoAndChangesNothing() {
        int rows = 0;
        while (context.decode(Tiny.rows(rows / 256, rows % 256, 64)) == Outcome.DONE) rows += 64;

        assertThat(rows).isEqualTo(context.contextTokens());
        assertThat(context.forget(1, 0)).isTrue();
        assertThat(context.nextPosition(1)).isZero();
        assertThat(context.decode(Tiny.rows(1, 0, 64))).isEqualTo(Outcome.DONE);
    }

    @Test
    void aCopiedPrefixGivesTheSameLogits() {
        context.decode(Tiny.rows(0, 0, 20));
        context.decode(Tiny.rows(0, 20, 1));
        float[] original = context.logits(0);

        assertThat(context.copy(0, 1, 20)).isTrue();
        assertThat(context.decode(Tiny.rows(1, 20, 1))).isEqualTo(Outcome.DONE);

        assertThat(difference(original, context.logits(0))).isLessThan(0.05f);
        assertThat(context.forget(0, 0)).isTrue();
        assertThat(context.decode(Tiny.rows(1, 21, 1))).isEqualTo(Outcome.DONE);
    }

    @Test
    void aSequenceThatWasMovedOutAndBackGoesOnAsItWas() {
        context.decode(Tiny.rows(0, 0, 20));
        context.decode(Tiny.rows(1, 0, 5));
        context.copy(0, 2, 20);
        context.decode(Tiny.rows(2, 20, 1));
        float[] unmoved = context.logits(0);
        context.forget(2, 0);

        try (SavedSequence saved = context.save(0).orElseThrow()) {
            assertThat(saved.tokens()).isEqualTo(20);
            assertThat(saved.bytes()).isPositive();
            context.forget(0, 0);
            context.decode(Tiny.rows(1, 5, 30));

            assertThat(context.restore(saved, 3)).isTrue();
            assertThat(context.nextPosition(3)).isEqualTo(20);
            context.decode(Tiny.rows(3, 20, 1));
            assertThat(difference(unmoved, context.logits(0))).isLessThan(0.05f);
            assertThatIllegalArgumentException().isThrownBy(() -> context.restore(saved, 3));
        }
    }

    @Test
    void aMovedOutSequenceWithoutRoomStaysOut() {
        context.decode(Tiny.rows(0, 0, 60));
        try (SavedSequence saved = context.save(0).orElseThrow()) {
            for (int from = 60; from + 60 <= context.contextTokens(); from += 60) {
                context.decode(Tiny.rows(0, from, 60));
            }

            assertThat(context.restore(saved, 1)).isFalse();
            assertThat(context.nextPosition(1)).isZero();
            assertThat(context.save(1)).as("an empty sequence").isEmpty();
        }
    }

    @Test
    void aGrownContextGoesOnWhereItWas() {
        context.decode(Tiny.rows(0, 0, 20));
        context.copy(0, 1, 15);
        context.decode(Tiny.rows(0, 20, 1));
        float[] before = context.logits(0);
        context.forget(0, 20);

        try (TokenSampler sampler = context.sampler(Sampling.GREEDY)) {
            assertThat(context.grow(2048)).isTrue();

            assertThat(context.contextTokens()).isEqualTo(2048);
            assertThat(context.nextPosition(1)).isEqualTo(15);
            assertThatIllegalArgumentException().isThrownBy(() -> sampler.sample(0));
            assertThat(context.decode(Tiny.rows(0, 20, 1))).isEqualTo(Outcome.DONE);
            assertThat(difference(before, context.logits(0))).isLessThan(0.05f);
            assertThat(sampler.sample(0)).isNotNegative();
        }
        assertThat(context.decode(Tiny.rows(1, 15, 1))).isEqualTo(Outcome.DONE);
        int sequence = 2;
        for (int held = 15 + 7; held < 1500; held += 64) {
            if (context.nextPosition(sequence) >= 960) sequence++;
            assertThat(context.decode(Tiny.rows(sequence, context.nextPosition(sequence), 64)))
                    .as("%d tokens held", held)
                    .isEqualTo(Outcome.DONE);
        }
    }

    @Test
    void aContextWithKeysStillToMoveDoesNotGrowYet() {
        context.decode(Tiny.rows(0, 0, 20));
        assertThat(context.shift(0, 4, 10)).isTrue();

        assertThat(context.grow(1024)).isFalse();

        context.decode(Tiny.rows(0, 14, 1));
        assertThat(context.grow(1024)).isTrue();
        assertThat(context.nextPosition(0)).isEqualTo(15);
    }

    @Test
    void aCopyOntoASequenceThatHoldsTokensIsRefused() {
        context.decode(Tiny.rows(0, 0, 5));
        context.decode(Tiny.rows(1, 0, 5));

        assertThatIllegalArgumentException().isThrownBy(() -> context.copy(0, 1, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> context.copy(0, 0, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> context.copy(0, 2, 6));
        assertThatIllegalArgumentException().isThrownBy(() -> context.copy(0, 2, 0));
    }

    @Test
    void aShiftMakesRoomAndGenerationGoesOn() {
        context.decode(Tiny.rows(0, 0, 60));

        assertThat(context.shift(0, 4, 34)).isTrue();

        assertThat(context.nextPosition(0)).isEqualTo(30);
        assertThat(context.decode(Tiny.rows(0, 30, 1))).isEqualTo(Outcome.DONE);
        assertThat(context.logits(0)).doesNotContain(Float.NaN);
    }

    @Test
    void aSharedSequenceIsNotShifted() {
        context.decode(Tiny.rows(0, 0, 20));
        context.copy(0, 1, 20);

        assertThat(context.shift(0, 2, 10)).isFalse();
        assertThat(context.shift(1, 2, 10)).isFalse();

        assertThat(context.nextPosition(0)).isEqualTo(20);
    }

    @Test
    void aShiftOfPositionsThatAreNotThereIsRefused() {
        context.decode(Tiny.rows(0, 0, 20));

        assertThatIllegalArgumentException().isThrownBy(() -> context.shift(0, -1, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> context.shift(0, 5, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> context.shift(0, 5, 21));
        assertThatIllegalArgumentException().isThrownBy(() -> context.forget(0, -1));
    }

    @Test
    void anAbortBeforeADecodeStopsItOnce() {
        context.abort();

        assertThat(context.decode(Tiny.rows(0, 0, 5))).isEqualTo(Outcome.ABORTED);
        assertThat(context.nextPosition(0)).isZero();
        assertThat(context.decode(Tiny.rows(0, 0, 5))).isEqualTo(Outcome.DONE);
    }

    @Test
    void threadsCanChangeBetweenDecodes() {
        for (int round = 0; round < 30; round++) {
            context.setThreads(1 + round % 3, 3 - round % 3);

            assertThat(context.decode(Tiny.rows(0, round * 10, 9))).isEqualTo(Outcome.DONE);
            assertThat(context.decode(Tiny.rows(0, round * 10 + 9, 1))).isEqualTo(Outcome.DONE);
        }
        for (int threads : new int[] {-1, 0, 513, 9_999}) {
            assertThatIllegalArgumentException().isThrownBy(() -> context.setThreads(threads, 1));
        }
    }

    @Test
    void settingsThatWouldKillAreRefused() {
        for (int bad : new int[] {-1, 0, Integer.MAX_VALUE}) {
            assertThatIllegalArgumentException().isThrownBy(() -> ContextSettings.of(bad));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Tiny.settings().withBatch(bad, 1));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Tiny.settings().withBatch(64, bad));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Tiny.settings().withSequences(bad));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Tiny.settings().withThreads(bad, 1));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Tiny.settings().withOutputs(bad));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tiny.settings().withCache(FlashAttention.OFF, CacheType.F16, CacheType.Q8_0));
    }

    @Test
    void everyAllowedKindOfCacheWorks() {
        for (CacheType type : CacheType.values()) {
            try (LlamaContext other = model.newContext(Tiny.settings().withCache(FlashAttention.ON, type, type))) {
                assertThat(other.decode(Tiny.rows(0, 0, 9))).isEqualTo(Outcome.DONE);
                assertThat(other.logits(8)).doesNotContain(Float.NaN);
            }
        }
    }

    @Test
    void nothingWorksAfterClosing() {
        TokenSampler sampler = context.sampler(Sampling.GREEDY);
        context.decode(Tiny.rows(0, 0, 5));

        context.close();
        context.close();

        assertThatIllegalStateException().isThrownBy(() -> context.decode(Tiny.rows(0, 5, 1)));
        assertThatIllegalStateException().isThrownBy(() -> context.logits(4));
        assertThatIllegalStateException().isThrownBy(() -> context.forget(0, 0));
        assertThatIllegalStateException().isThrownBy(() -> context.sampler(Sampling.GREEDY));
        assertThatIllegalStateException().isThrownBy(() -> context.setThreads(1, 1));
        assertThatIllegalStateException().isThrownBy(() -> sampler.sample(4));
        assertThatIllegalStateException().isThrownBy(() -> sampler.prime(1));
        sampler.close();
        context.abort();
    }

    private static float difference(float[] a, float[] b) {
        float most = 0;
        for (int i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
        return most;
    }
}
