package dev.chasqui.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.llama.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SchedulerTest {

    private final AtomicLong clock = new AtomicLong();
    private ScriptedDecoder model = new ScriptedDecoder(256, 16, 4);
    private Scheduler scheduler = new Scheduler(model, SchedulerSettings.DEFAULT, clock::incrementAndGet);

    @AfterEach
    void everySlotIsFreeAndNothingIsLeftBehind() {
        scheduler.failAll(new IllegalStateException("the test is over"));

        assertThat(scheduler.load()).isZero();
        assertThat(model.held()).as("tokens left in the cache").isZero();
        assertThat(model.openSamplers()).as("samplers left open").isZero();
        assertThat(model.openCopies()).as("copies left in memory").isZero();
    }

    @Test
    void anAnswerIsTheModelsOwnTokens() {
        int[] prompt = prompt(1, 5);
        RecordingSink sink = submit(prompt, 7);

        turnUntilIdle();

        assertThat(sink.tokens).isEqualTo(ScriptedDecoder.answer(prompt, 7));
        assertThat(sink.ending.reason()).isEqualTo(TokenSink.Reason.LENGTH);
        assertThat(sink.ending.tokens()).isEqualTo(7);
        assertThat(sink.ending.promptNanos()).isPositive();
        assertThat(sink.ending.decodeNanos()).isPositive();
    }

    @Test
    void whoWaitsForAPlaceHearsHowLong() {
        scheduler = new Scheduler(model, SchedulerSettings.DEFAULT.withParallel(1), clock::incrementAndGet);
        RecordingSink first = submit(prompt(1, 5), 7);
        scheduler.turn();
        RecordingSink second = submit(prompt(2, 5), 1);
        clock.addAndGet(1_000_000);

        turnUntilIdle();

        assertThat(first.ending.queuedNanos()).isLessThan(100);
        assertThat(second.ending.queuedNanos()).isBetween(1_000_000L, 1_000_200L);
    }

    @Test
    void aLongPromptIsFedInChunksThatFillTheBatch() {
        submit(prompt(1, 40), 1);

        turnUntilIdle();

        assertThat(model.batches()).extracting(rows -> rows.length).containsExactly(16, 16, 8);
    }

    @Test
    void aRunningAnswerGoesBeforeANewPrompt() {
        submit(prompt(1, 3), 10);
        scheduler.turn();
        submit(prompt(2, 40), 1);

        scheduler.turn();

        int[] rows = model.batches().getLast();
        assertThat(rows[0]).as("the first row is the running answer's").isEqualTo(0);
        assertThat(Arrays.copyOfRange(rows, 1, 16)).containsOnly(1);
    }

    @Test
    void aLongNewcomerHoldsAnAnswerUpByNoMoreThanAChunk() {
        besideOneAnswer(prompt(2, 300));

        assertThat(model.batches().getLast()).hasSize(1 + 64);
    }

    @Test
    void promptsThatOutnumberTheAnswersAndFitInTogetherGoAtOnce() {
        besideOneAnswer(prompt(2, 100), prompt(3, 100), prompt(4, 100));

        assertThat(model.batches().getLast()).hasSize(1 + 300);
    }

    /// One turn with these beside a running answer, on a machine that computes 200 prompt tokens in a second.
    private void besideOneAnswer(int[]... prompts) {
        model = new ScriptedDecoder(2048, 512, 8);
        scheduler = new Scheduler(model, SchedulerSettings.DEFAULT, () -> clock.addAndGet(500_000_000));
        submit(prompt(1, 200), 10);
        scheduler.turn();
        scheduler.turn();
        for (int[] prompt : prompts) submit(prompt, 1);
        scheduler.turn();
    }

    @Test
    void severalAnswersShareABatch() {
        for (int i = 0; i < 4; i++) submit(prompt(i, 3), 5);
        scheduler.turn();

        scheduler.turn();

        assertThat(model.batches().getLast()).containsExactly(0, 1, 2, 3);
    }

    @Test
    void aWaitingRequestTakesTheSlotOfACancelledOne() {
        model = new ScriptedDecoder(256, 16, 1);
        scheduler = new Scheduler(model, SchedulerSettings.DEFAULT, clock::incrementAndGet);
        RecordingSink first = new RecordingSink();
        Ticket ticket = scheduler.submit(job(prompt(1, 5), 50), first);
        RecordingSink second = submit(prompt(2, 3), 4);
        scheduler.turn();

        ticket.cancel();
        turnUntilIdle();

        assertThat(second.tokens).isEqualTo(ScriptedDecoder.answer(prompt(2, 3), 4));
        assertThat(first.over()).as("a cancelled request hears nothing more").isFalse();
    }

    @Test
    void cancellingInsideAPromptStopsTheRunningBatch() {
        RecordingSink other = submit(prompt(2, 3), 6);
        scheduler.turn();
        Ticket ticket = scheduler.submit(job(prompt(1, 64), 5), new RecordingSink());
        model.duringDecode = ticket::cancel;

        scheduler.turn();
        model.duringDecode = () -> {};
        turnUntilIdle();

        assertThat(model.batches()).as("no batch held the cancelled prompt").noneMatch(rows -> rows.length > 3);
        assertThat(other.tokens).isEqualTo(ScriptedDecoder.answer(prompt(2, 3), 6));
    }

    @Test
    void whenTheCacheIsFullTheYoungestGivesWayAndStillAnswersTheSame() {
        model = new ScriptedDecoder(64, 16, 4);
        scheduler = new Scheduler(model, SchedulerSettings.DEFAULT, clock::incrementAndGet);
        List<RecordingSink> sinks = new ArrayList<>();
        for (int i = 0; i < 4; i++) sinks.add(submit(prompt(i, 10), 40));

        turnUntilIdle();

        for (int i = 0; i < 4; i++) {
            assertThat(sinks.get(i).tokens).as("answer %d", i).isEqualTo(ScriptedDecoder.answer(prompt(i, 10), 40));
        }
    }

    @Test
    void aFullContextDropsItsOlderHalfAndGoesOn() {
        RecordingSink sink = new RecordingSink();
        scheduler.submit(Job.of(prompt(1, 10), Sampling.GREEDY, 100, 32), sink);

        turnUntilIdle();

        assertThat(sink.tokens).hasSize(100);
        assertThat(sink.tokens.subList(0, 22)).isEqualTo(ScriptedDecoder.answer(prompt(1, 10), 22));
    }

    @Test
    void aFullContextEndsTheAnswerWhenItMustNotShift() {
        RecordingSink sink = new RecordingSink();
        scheduler.submit(Job.of(prompt(1, 10), Sampling.GREEDY, 100, 32).withShift(false, 4), sink);

        turnUntilIdle();

        assertThat(sink.tokens).hasSize(22);
        assertThat(sink.ending.reason()).isEqualTo(TokenSink.Reason.LENGTH);
    }

    @Test
    void aModelThatFailsEndsThoseInItsBatchAndServesTheNext() {
        RecordingSink broken = submit(prompt(1, 5), 5);
        model.duringDecode = () -> {
            throw new IllegalStateException("the model broke");
        };
        scheduler.turn();
        model.duringDecode = () -> {};
        RecordingSink next = submit(prompt(2, 5), 5);

        turnUntilIdle();

        assertThat(broken.failure).hasMessage("the model broke");
        assertThat(next.tokens).hasSize(5);
    }

    @Test
    void aPromptThatFillsTheContextIsRefused() {
        assertThatThrownBy(() -> job(prompt(1, 256), 5)).hasMessageContaining("prompt is 256 tokens");
    }

    @Test
    void aRequestForMoreContextThanThereIsMakesTheCacheGrow() {
        model.growsTo = 1024;
        RecordingSink first = submit(prompt(1, 20), 30);
        scheduler.turn();
        RecordingSink sink = new RecordingSink();
        scheduler.submit(Job.of(prompt(2, 400), Sampling.GREEDY, 5, 512), sink);

        turnUntilIdle();

        assertThat(model.contextTokens()).isGreaterThanOrEqualTo(512);
        assertThat(sink.tokens).isEqualTo(ScriptedDecoder.answer(prompt(2, 400), 5));
        assertThat(first.tokens).isEqualTo(ScriptedDecoder.answer(prompt(1, 20), 30));
    }

    @Test
    void whatIsInTheCacheDoesNotCountAgainstADeadline() {
        model.duringDecode = () -> clock.addAndGet(1_000_000);
        int[] tape = prompt(1, 100);
        scheduler.submit(Job.of(tape, Sampling.GREEDY, 0, 256).withPin("tape"), new RecordingSink());
        turnUntilIdle();
        List<RecordingSink> agents = new ArrayList<>();

        for (int agent = 0; agent < 4; agent++) {
            int[] question = Arrays.copyOf(tape, 104);
            Arrays.fill(question, 100, 104, agent + 900);
            Urgency urgency = new Urgency(0, clock.get() + 5_000_000); // the tape alone took seven
            agents.add(new RecordingSink());
            scheduler.submit(Job.of(question, Sampling.GREEDY, 2, 256).withUrgency(urgency), agents.getLast());
        }
        turnUntilIdle();

        assertThat(agents).allMatch(agent -> agent.failure == null && agent.tokens.size() == 2);
    }

    @Test
    void whatIsThereAlreadyIsNotParkedAgain() {
        for (int i = 0; i < 3; i++) {
            submit(prompt(1, 20), 10);
            turnUntilIdle();
        }

        assertThat(scheduler.statistics().parked()).isEqualTo(1);
        assertThat(scheduler.statistics().cells()).isEqualTo(29);
    }

    @Test
    void whatIsInTheWayForLongAndHelpsNobodyGoes() {
        model = new ScriptedDecoder(16_384, 16, 4);
        scheduler = new Scheduler(model, SchedulerSettings.DEFAULT, clock::incrementAndGet);
        int[] tape = prompt(7, 30);
        scheduler.submit(Job.of(tape, Sampling.GREEDY, 0, 16_384).withPin("tape"), new RecordingSink());
        submit(prompt(1, 20), 1);
        submit(prompt(2, 20), 1);
        turnUntilIdle();
        assertThat(scheduler.statistics().parked()).isEqualTo(3);

        submit(prompt(3, 20), 3000);
        turnUntilIdle();
        submit(prompt(2, 20), 1); // it helps once more
        submit(prompt(4, 20), 2000);
        turnUntilIdle();

        assertThat(scheduler.statistics().pinnedCells()).isEqualTo(30);
        assertThat(scheduler.statistics().cells()).as("the tape, 2, 3 and 4").isEqualTo(30 + 20 + 3019 + 2019);
    }

    @Test
    void aLongPromptDoesNotPassOverWhatIsInNobodysUse() {
        model = new ScriptedDecoder(1024, 256, 4);
        scheduler = new Scheduler(model, SchedulerSettings.DEFAULT.withCold(10_000), clock::incrementAndGet);
        submit(prompt(1, 60), 1);
        turnUntilIdle();
        submit(prompt(2, 400), 1);

        scheduler.turn();

        assertThat(scheduler.statistics().cold()).isEqualTo(1);
        assertThat(scheduler.statistics().cells()).isEqualTo(256);
    }

    @Test
    void whatIsInNobodysUseWaitsInOrdinaryMemoryAndComesBack() {
        model = new ScriptedDecoder(1024, 16, 4);
        scheduler = new Scheduler(model, SchedulerSettings.DEFAULT.withCold(10_000), clock::incrementAndGet);
        submit(prompt(1, 60), 1);
        turnUntilIdle();
        submit(prompt(2, 20), 100);
        turnUntilIdle();
        assertThat(scheduler.statistics().cold()).isEqualTo(1);
        assertThat(scheduler.statistics().cells())
                .as("only the last one is in the cache")
                .isEqualTo(119);

        int[] longer = Arrays.copyOf(prompt(1, 60), 70);
        RecordingSink sink = submit(longer, 5);
        turnUntilIdle();

        assertThat(model.restored).isEqualTo(1);
        assertThat(sink.ending.sharedTokens()).isEqualTo(60);
        assertThat(sink.tokens).isEqualTo(ScriptedDecoder.answer(longer, 5));
    }

    @Test
    void theLastTokensOfAPromptAreScoredThoughTheyAreInTheCache() {
        int[] prompt = prompt(1, 30);
        submit(prompt, 1);
        turnUntilIdle();
        List<Integer> positions = new ArrayList<>();
        RecordingSink sink = new RecordingSink() {
            @Override
            public void scored(int position, Supplier<float[]> logits) {
                positions.add(position);
            }
        };

        scheduler.submit(job(prompt, 0).withScored(3), sink);
        turnUntilIdle();

        assertThat(positions).containsExactly(27, 28, 29);
        assertThat(model.batches().getLast()).as("rows computed").hasSize(3);
        assertThat(sink.ending.sharedTokens()).isEqualTo(27);
    }

    @Test
    void aRequestThatFitsNowhereIsRefusedWithTheNumbers() {
        RecordingSink sink = new RecordingSink();
        scheduler.submit(Job.of(prompt(2, 400), Sampling.GREEDY, 5, 512), sink);

        turnUntilIdle();

        assertThat(sink.failure).hasMessageContaining("no room in the KV cache for 400 tokens: it holds 256");
    }

    @Test
    void anAnswerWhoseCacheCannotGrowEndsWhereItIsFull() {
        RecordingSink sink = new RecordingSink();
        scheduler.submit(Job.of(prompt(1, 20), Sampling.GREEDY, 400, 512), sink);

        turnUntilIdle();

        assertThat(sink.ending.reason()).isEqualTo(TokenSink.Reason.LENGTH);
        assertThat(sink.tokens).isEqualTo(ScriptedDecoder.answer(prompt(1, 20), 256 - 20 + 1));
    }

    private RecordingSink submit(int[] prompt, int maxTokens) {
        RecordingSink sink = new RecordingSink();
        scheduler.submit(job(prompt, maxTokens), sink);
        return sink;
    }

    private Job job(int[] prompt, int maxTokens) {
        return Job.of(prompt, Sampling.GREEDY, maxTokens, model.contextTokens());
    }

    private static int[] prompt(int seed, int length) {
        return IntStream.range(0, length)
                .map(i -> Math.floorMod(31 * seed + i, ScriptedDecoder.VOCABULARY))
                .toArray();
    }

    private void turnUntilIdle() {
        for (int turns = 0; scheduler.turn(); turns++) {
            assertThat(turns).as("turns until everybody was served").isLessThan(100_000);
        }
    }
}
