package dev.chasqui.misuse;

import dev.chasqui.api.BackendException;
import dev.chasqui.llama.LlamaException;
import java.util.List;

/// One way to use the public API wrongly, or to its limits, and what must come of it.
///
/// @param sentence names it
record Misuse(String sentence, Outcome expected, Attempt attempt) {

    enum Outcome {
        /// A clear exception.
        REFUSED,
        /// It works, cut to what is possible.
        BORNE,
        /// Either, by who comes first or by the value.
        EITHER
    }

    /// What is tried.
    interface Attempt {
        void run() throws Exception;
    }

    /// What is tried with each of several values.
    interface With<T> {
        void run(T value) throws Exception;
    }

    static Misuse refused(String sentence, Attempt attempt) {
        return new Misuse(sentence, Outcome.REFUSED, attempt);
    }

    static Misuse borne(String sentence, Attempt attempt) {
        return new Misuse(sentence, Outcome.BORNE, attempt);
    }

    static Misuse either(String sentence, Attempt attempt) {
        return new Misuse(sentence, Outcome.EITHER, attempt);
    }

    /// Each value is refused.
    static <T> Misuse refusedEach(String sentence, List<T> values, With<T> attempt) {
        return new Misuse(sentence, Outcome.BORNE, () -> {
            for (T value : values)
                new Misuse(sentence + " " + brief(value), Outcome.REFUSED, () -> attempt.run(value)).run();
        });
    }

    /// Each value is refused or borne.
    static <T> Misuse eitherEach(String sentence, List<T> values, With<T> attempt) {
        return new Misuse(sentence, Outcome.BORNE, () -> {
            for (T value : values)
                new Misuse(sentence + " " + brief(value), Outcome.EITHER, () -> attempt.run(value)).run();
        });
    }

    /// @return what came of it
    /// @throws AssertionError if that is not what must
    String run() {
        try {
            attempt.run();
        } catch (BackendException | LlamaException | IllegalArgumentException | IllegalStateException e) {
            String message = e.getMessage();
            if (message == null || message.isBlank()) throw new AssertionError("without a message", e);
            if (expected == Outcome.BORNE) throw new AssertionError("refused: " + message, e);
            return "refused: " + brief(message);
        } catch (NullPointerException e) {
            if (sentence.contains("null") && expected != Outcome.BORNE) return "refused: " + e.getMessage();
            throw new AssertionError("a null inside", e);
        } catch (Exception e) {
            throw new AssertionError("no clear exception, but " + e, e);
        }
        if (expected == Outcome.REFUSED) throw new AssertionError("it was accepted");
        return "borne";
    }

    private static String brief(Object value) {
        String text = String.valueOf(value).replace('\n', ' ').replace('\0', '0');
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }
}
