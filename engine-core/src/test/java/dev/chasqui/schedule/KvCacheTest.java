package dev.chasqui.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.llama.TokenBatch;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KvCacheTest {

    private final ScriptedDecoder model = new ScriptedDecoder(100, 100, 4);
    private final KvCache cache = new KvCache(model, true, 10_000);

    @Test
    void whatIsAwayAndFindsNoRoomTakesNothingThatIsHere() {
        park(tokens(100, 80, 0));
        cache.clearTheWay(64, 1);
        assertThat(cache.coldSequences()).isEqualTo(1);
        int here = park(tokens(100, 20, 500));
        run(tokens(300, 30, 700));

        int slot = cache.seat(tokens(100, 60, 900), 60, 3);

        assertThat(cache.length(slot)).as("tokens shared").isEqualTo(20);
        assertThat(cache.length(here)).isEqualTo(30);
        assertThat(model.held()).isEqualTo(cache.cells()).isEqualTo(70);
    }

    @Test
    void whatIsAwayComesBackInPlaceOfWhatIsIdle() {
        park(tokens(100, 80, 0));
        cache.clearTheWay(64, 1);
        park(tokens(100, 20, 500));

        int slot = cache.seat(tokens(100, 60, 900), 60, 3);

        assertThat(cache.length(slot)).as("tokens that came back").isEqualTo(60);
        assertThat(model.restored).isEqualTo(1);
        assertThat(model.held()).isEqualTo(cache.cells());
    }

    private int park(int[] tokens) {
        int slot = run(tokens);
        cache.park(slot, 0, Optional.empty());
        return slot;
    }

    private int run(int[] tokens) {
        int slot = cache.seat(tokens, tokens.length - 1, 0);
        int known = cache.length(slot);
        TokenBatch batch = new TokenBatch(100);
        for (int i = known; i < tokens.length; i++) batch.add(tokens[i], i, slot, false);
        model.decode(batch);
        cache.append(slot, tokens, known, tokens.length - known);
        return slot;
    }

    /// The first tokens of a text, and ten others.
    private static int[] tokens(int text, int count, int rest) {
        return IntStream.concat(IntStream.range(text, text + count), IntStream.range(rest, rest + 10))
                .toArray();
    }
}
