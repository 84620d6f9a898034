package dev.chasqui.schedule;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/// What a flight recorder sees of the scheduler. Costs next to nothing while nobody records.
final class SchedulerEvents {

    private SchedulerEvents() {}

    @Name("chasqui.Seated")
    @Label("Request seated")
    @Category("Chasqui")
    @StackTrace(false)
    static final class Seated extends Event {
        @Label("Prompt tokens")
        int promptTokens;

        @Label("Tokens taken from the KV cache")
        int sharedTokens;

        @Label("Priority")
        int priority;

        @Label("Time in the queue")
        @Timespan(Timespan.NANOSECONDS)
        long waited;
    }

    @Name("chasqui.FirstToken")
    @Label("First token")
    @Category("Chasqui")
    @StackTrace(false)
    static final class FirstToken extends Event {
        @Label("Prompt tokens computed")
        int computedTokens;

        @Label("Time since submitted")
        @Timespan(Timespan.NANOSECONDS)
        long sinceSubmitted;
    }

    @Name("chasqui.Left")
    @Label("Request over")
    @Category("Chasqui")
    @StackTrace(false)
    static final class Left extends Event {
        @Label("Why")
        String reason = "";

        @Label("Tokens drawn")
        int tokens;
    }

    @Name("chasqui.Embedded")
    @Label("Texts embedded")
    @Category("Chasqui")
    @StackTrace(false)
    static final class Embedded extends Event {
        @Label("Texts")
        int texts;

        @Label("Tokens")
        int tokens;

        @Label("Time since submitted")
        @Timespan(Timespan.NANOSECONDS)
        long sinceSubmitted;
    }

    @Name("chasqui.Evicted")
    @Label("Parked sequence evicted")
    @Category("Chasqui")
    @StackTrace(false)
    static final class Evicted extends Event {
        @Label("KV cache cells freed")
        int cells;
    }

    static void seated(Sequence sequence, int shared, long now) {
        Seated event = new Seated();
        if (!event.shouldCommit()) return;
        event.promptTokens = sequence.length();
        event.sharedTokens = shared;
        event.priority = sequence.job.urgency().priority();
        event.waited = now - sequence.submittedAt;
        event.commit();
    }

    static void firstToken(Sequence sequence, int computed, long now) {
        FirstToken event = new FirstToken();
        if (!event.shouldCommit()) return;
        event.computedTokens = computed;
        event.sinceSubmitted = now - sequence.submittedAt;
        event.commit();
    }

    static void left(String reason, int tokens) {
        Left event = new Left();
        if (!event.shouldCommit()) return;
        event.reason = reason;
        event.tokens = tokens;
        event.commit();
    }

    static void embedded(EmbeddingTask task, long now) {
        Embedded event = new Embedded();
        if (!event.shouldCommit()) return;
        event.texts = task.job.texts().size();
        event.tokens = task.job.texts().stream().mapToInt(text -> text.length).sum();
        event.sinceSubmitted = now - task.submittedAt();
        event.commit();
    }

    static void evicted(int cells) {
        Evicted event = new Evicted();
        if (!event.shouldCommit()) return;
        event.cells = cells;
        event.commit();
    }
}
