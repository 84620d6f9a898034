package dev.chasqui.schedule;

import java.time.Duration;

/// How a scheduler shares its model.
///
/// @param parallel most requests that run at once, `>= 1`
/// @param maxQueue most that wait, `>= 0`; what comes beyond is refused
/// @param sharing  whether requests begin with what others have computed
/// @param ageing   waiting this long raises a request's priority by one
/// @param chunk    how long a chunk of prompts may hold up running answers
/// @param cold     bytes of ordinary memory for what was computed and is in nobody's use; `0` for none
public record SchedulerSettings(
        int parallel, int maxQueue, boolean sharing, Duration ageing, Duration chunk, long cold) {

    public static final SchedulerSettings DEFAULT =
            new SchedulerSettings(16, 512, true, Duration.ofSeconds(2), Duration.ofMillis(120), 0);

    public SchedulerSettings {
        if (parallel < 1) throw new IllegalArgumentException("parallel is " + parallel + "; expected >= 1");
        if (maxQueue < 0) throw new IllegalArgumentException("maxQueue is " + maxQueue + "; expected >= 0");
    }

    public SchedulerSettings withParallel(int requests) {
        return new SchedulerSettings(requests, maxQueue, sharing, ageing, chunk, cold);
    }

    public SchedulerSettings withMaxQueue(int requests) {
        return new SchedulerSettings(parallel, requests, sharing, ageing, chunk, cold);
    }

    public SchedulerSettings withSharing(boolean sharing) {
        return new SchedulerSettings(parallel, maxQueue, sharing, ageing, chunk, cold);
    }

    public SchedulerSettings withCold(long bytes) {
        return new SchedulerSettings(parallel, maxQueue, sharing, ageing, chunk, bytes);
    }
}
