package dev.chasqui.engine;

import java.time.Duration;
import java.util.function.UnaryOperator;

/// How long a model in use may keep others waiting for its room before it takes no more requests.
///
/// The time counts from when the other one began to wait, or from when this one was ready if that was later. So
/// everybody who waits gets room after a bounded time, and no model is exchanged the moment it is there.
///
/// @param afterLoad the time, for a model whose load took that long
record Turns(UnaryOperator<Duration> afterLoad) {

    /// As long as its load took, so that at least half of the time goes to answers; a second for those that
    /// load faster than that.
    static final Turns FAIR =
            new Turns(load -> load.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : load);

    /// When the one in the room has to give way, as a [System#nanoTime()].
    long endFor(Place waiting, Place inRoom) {
        boolean cameLater = waiting.waitingSince - inRoom.readySince() > 0;
        return (cameLater ? waiting.waitingSince : inRoom.readySince())
                + afterLoad.apply(inRoom.loadTime()).toNanos();
    }
}
