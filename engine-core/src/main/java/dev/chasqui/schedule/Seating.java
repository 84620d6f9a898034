package dev.chasqui.schedule;

import java.util.Arrays;
import java.util.List;

/// Who comes in and who has to go, before each batch.
final class Seating {

    /// Waiting for another's prefix pays from so many tokens on.
    private static final int WORTH_WAITING = 64;

    private final Places places;

    Seating(Places places) {
        this.places = places;
    }

    /// Those that were cancelled, and those that cannot have another token before their deadline.
    void letGo(long now) {
        for (Sequence sequence : places.queue.cancelled()) places.cancel(sequence, now);
        for (Sequence sequence : List.copyOf(places.running)) {
            if (sequence.cancelled) places.cancel(sequence, now);
            else endIfLate(sequence, now);
        }
        for (Sequence sequence : places.queue.withDeadlines()) endIfLate(sequence, now);
    }

    private void endIfLate(Sequence sequence, long now) {
        long needed =
                sequence.isAnswering() ? places.speed.ofStep() : places.speed.ofPrompt(places.toCompute(sequence));
        if (sequence.job.urgency().isLate(now, needed)) places.endLate(sequence, now, needed);
    }

    /// Seats those who wait, in order, as long as there is room; nobody overtakes one for whom there is none.
    void seatWaiting(long now) {
        if (places.queue.isEmpty() || isFullFor(places.queue.highestPriority())) return;
        for (Sequence next : places.queue.inOrder(now)) {
            if (isLed(next)) continue;
            if (places.running.size() >= places.most() && !displaceFor(next, now)) return;
            Room room = roomFor(next, now);
            if (room == Room.LATER) return;
            if (room == Room.NEVER) continue;
            int slot = places.cache.seat(next.tokens(), next.shareable(), now);
            if (slot < 0) return;
            int known = places.cache.length(slot);
            places.queue.remove(next);
            places.running.add(next);
            if (next.seated(slot, known, now)) places.counts.seated(next.length(), known);
            SchedulerEvents.seated(next, known, now);
        }
    }

    private boolean isFullFor(int priority) {
        Sequence last = places.last();
        return places.running.size() >= places.most()
                && last != null
                && last.job.urgency().priority() >= priority;
    }

    /// Whether another request is just computing what this one begins with: then it is cheaper to wait for that.
    private boolean isLed(Sequence waiting) {
        if (!places.settings.sharing()) return false;
        if (waiting.leader != null) {
            if (places.running.contains(waiting.leader) && waiting.leader.cached() < waiting.leaderLength) return true;
            waiting.leader = null;
        }
        for (Sequence candidate : places.running) {
            if (candidate.isAnswering()) continue;
            int common = common(candidate, waiting);
            if (common <= candidate.cached() || common < WORTH_WAITING) continue;
            if (common - places.cache.known(waiting.tokens(), waiting.shareable()) < WORTH_WAITING) continue;
            waiting.leader = candidate;
            waiting.leaderLength = common;
            return true;
        }
        return false;
    }

    private static int common(Sequence one, Sequence other) {
        int most = Math.min(one.length(), other.shareable());
        int different = Arrays.mismatch(one.tokens(), 0, most, other.tokens(), 0, most);
        return different < 0 ? most : different;
    }

    /// Takes the place of a request of lower priority, the one that would go last.
    private boolean displaceFor(Sequence next, long now) {
        Sequence last = places.last();
        if (places.oneByOne()
                || last == null
                || last.job.urgency().priority() >= next.job.urgency().priority()) return false;
        places.displace(last, now);
        return true;
    }

    private enum Room {
        NOW,
        LATER,
        NEVER
    }

    private Room roomFor(Sequence next, long now) {
        if (places.oneByOne()) return places.begin(next) ? Room.NOW : Room.NEVER;
        KvCache cache = places.cache;
        if (next.job.pin().isPresent() && !fitsPinned(next)) return Room.NEVER;
        if (next.job.contextTokens() > cache.capacity()) places.grow(next.job.contextTokens());
        while (true) {
            int coming = places.running.stream().mapToInt(Sequence::pending).sum();
            int needed = cache.busyCellsWith(next.tokens(), next.length(), next.shareable()) + coming + 1;
            if (needed <= cache.capacity() || places.grow(needed)) return Room.NOW;
            if (places.running.isEmpty()) {
                places.refuse(
                        next,
                        "no room in the KV cache for " + next.length() + " tokens: it holds " + cache.capacity()
                                + ", of which " + cache.pinnedCells()
                                + " are pinned. Release a pin, shorten the prompt, or raise num_ctx");
                return Room.NEVER;
            }
            if (!displaceFor(next, now)) return Room.LATER;
        }
    }

    /// Pins leave a quarter of the cache, and half of its sequences, to requests.
    private boolean fitsPinned(Sequence next) {
        KvCache cache = places.cache;
        int pins = cache.pins();
        int pinned = cache.pinnedCells();
        for (Sequence other : places.running) {
            if (other.job.pin().isEmpty()) continue;
            pins++;
            pinned += other.length();
        }
        int more = next.length() - cache.known(next.tokens(), next.shareable());
        int needed = pinned + more + (pinned + more) / 3 + 1;
        boolean tooMany = pins >= places.decoder.sequences() / 2;
        if (!tooMany && (needed <= cache.capacity() || places.grow(needed))) return true;
        places.refuse(
                next,
                tooMany
                        ? "there are " + pins + " pins already; of " + places.decoder.sequences()
                                + " sequences half may be pinned. Release one first"
                        : "pinning " + next.length() + " tokens beside the " + pinned
                                + " that are pinned already needs a KV cache of " + needed + "; it holds "
                                + cache.capacity() + " and cannot grow. Release a pin, or pin less");
        return false;
    }
}
