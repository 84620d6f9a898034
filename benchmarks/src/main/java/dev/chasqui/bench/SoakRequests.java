package dev.chasqui.bench;

import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Settings.OnLength;
import dev.chasqui.api.Urgency;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/// Requests as a trading system's agents mix them, drawn at random: about a shared tape or about nothing anybody else
/// has, in a hurry or not, as text or as JSON.
///
/// @param model  whom to ask
/// @param cancel of a hundred requests, those whose caller leaves before the end
/// @param stay   how long such a caller waits at most
record SoakRequests(String model, int cancel, Duration stay) {

    private static final int TAPES = 3;
    private static final int TAPE_WORDS = 200;
    private static final int INSTRUMENTS = 8;
    private static final int MOST_ANSWER = 24;
    private static final int MOST_WORDS = 150;

    private static final String VOTE = """
            {"type": "object", "properties": {"action": {"enum": ["BUY", "SELL", "HOLD"]}}, "required": ["action"]}""";

    /// Two tapes that begin alike and one that does not.
    private static final List<String> SHARED = IntStream.range(0, TAPES)
            .mapToObj(i -> Texts.words(i / 2, 0, TAPE_WORDS / 2) + Texts.words(i, 1, TAPE_WORDS / 2))
            .toList();

    SoakRequests {
        if (cancel < 0 || cancel > 100)
            throw new IllegalArgumentException("cancel is " + cancel + "; expected 0 to 100");
    }

    /// One request, and how its caller behaves.
    ///
    /// @param leavesAfter from the call on; [Duration#ZERO] stays to the end
    record Ask(GenerateRequest request, Duration leavesAfter) {

        boolean leaves() {
            return !leavesAfter.isZero();
        }
    }

    Ask next(Random random) {
        Options options = Options.NONE
                .with(Option.NUM_PREDICT, 1 + random.nextInt(MOST_ANSWER))
                .with(Option.TEMPERATURE, random.nextBoolean() ? 0 : 0.8)
                .with(Option.SEED, random.nextInt(Integer.MAX_VALUE));
        Settings settings = Settings.DEFAULT.withOptions(options).withUrgency(urgency(random));
        if (random.nextInt(10) == 0) settings = settings.withFormat(VOTE).withOnLength(OnLength.CLOSE);
        GenerateRequest request = GenerateRequest.of(model, prompt(random)).withSettings(settings);
        boolean leaves = random.nextInt(100) < cancel;
        Duration until = Duration.ofNanos(1 + random.nextLong(stay.toNanos()));
        return new Ask(random.nextInt(4) == 0 ? request : request.asRaw(), leaves ? until : Duration.ZERO);
    }

    private static String prompt(Random random) {
        String question = Texts.words(random.nextInt(1_000_000), 2, 1 + random.nextInt(20)) + ". Buy or sell?";
        if (random.nextInt(3) > 0) return SHARED.get(random.nextInt(TAPES)) + ". " + question;
        return Texts.words(random.nextInt(1_000_000), 3, random.nextInt(MOST_WORDS)) + question;
    }

    private static Urgency urgency(Random random) {
        Urgency urgency = Urgency.NONE;
        if (random.nextInt(5) == 0) urgency = urgency.withPriority(random.nextInt(Urgency.HIGHEST + 1));
        if (random.nextInt(8) == 0) urgency = urgency.withDeadline(Duration.ofMillis(1L << random.nextInt(15)));
        if (random.nextInt(20) == 0) urgency = urgency.superseding("instrument " + random.nextInt(INSTRUMENTS));
        return urgency;
    }
}
