package dev.chasqui.schedule;

/// Whether a request is worth taking: it is not if too many wait, or if its first token would come too late
/// by what was measured of this model on this machine.
final class Admission {

    private final Places places;

    Admission(Places places) {
        this.places = places;
    }

    /// @param decodingUntil when the batch in flight should be over
    /// @throws RefusedException if it is not
    void check(Sequence sequence, long now, long decodingUntil) {
        Urgency urgency = sequence.job.urgency();
        int waiting = places.queue.size();
        boolean full = waiting >= places.settings.maxQueue() && places.running.size() + waiting >= places.most();
        if (!full && !urgency.hasDeadline()) return;
        long needed = ahead(sequence, now) + Math.max(0, decodingUntil - now);
        if (full) {
            places.counts.refused++;
            throw RefusedException.queueFull(needed, waiting, places.settings.maxQueue());
        }
        if (!urgency.isLate(now, Math.max(1, needed))) return;
        places.counts.refused++;
        throw tooLate(sequence, now, needed);
    }

    /// Nanoseconds until this request's first token: the prompts that go before it, then its own.
    private long ahead(Sequence sequence, long now) {
        long tokens = places.toCompute(sequence);
        for (Sequence other : places.running) {
            if (other.isAnswering() || !places.queue.goesBefore(other, sequence, now)) continue;
            tokens += other.pending() - other.inFlight();
        }
        for (Sequence other : places.queue.waiting()) {
            if (places.queue.goesBefore(other, sequence, now)) tokens += places.toCompute(other);
        }
        return places.speed.ofPrompt((int) Math.min(Integer.MAX_VALUE, tokens)) + places.speed.ofStep();
    }

    static RefusedException tooLate(Sequence sequence, long now, long needed) {
        return RefusedException.tooLate(
                sequence.urgency(), now, needed, "the first token after a prompt of " + sequence.length() + " tokens");
    }
}
