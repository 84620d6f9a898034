package dev.chasqui.cli;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.Verification;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the models' files again while a server has nothing else to do, so that a disk that loses bits is noticed
/// before the model is wanted. A damaged file is set aside, as by `chasqui verify`.
///
/// @param store    what is read
/// @param interval how long a file goes unread at most, while the server is idle now and then
record BackgroundScrub(ModelStore store, Duration interval) {

    static final Duration USUAL = Duration.ofDays(7);

    private static final Logger LOG = LoggerFactory.getLogger(BackgroundScrub.class);
    private static final Duration BEGINS_AFTER = Duration.ofMinutes(5);
    private static final Duration LEAST = Duration.ofMinutes(1);
    /// Looks for what is due so many times in an interval.
    private static final int LOOKS = 7;

    /// @return empty if `CHASQUI_SCRUB` says `off`
    static Optional<BackgroundScrub> of(Map<String, String> environment) {
        return interval(environment.getOrDefault("CHASQUI_SCRUB", ""))
                .map(interval -> new BackgroundScrub(
                        EngineConfig.fromEnvironment(environment).openStore(), interval));
    }

    /// @return empty for never
    static Optional<Duration> interval(String value) {
        String text = value.strip().toLowerCase(Locale.ROOT);
        if (text.isEmpty()) return Optional.of(USUAL);
        if (Set.of("off", "0", "false", "no").contains(text)) return Optional.empty();
        try {
            Optional<Duration> interval = KeepAlive.parse(text).duration();
            if (interval.isPresent() && interval.get().compareTo(LEAST) >= 0) return interval;
        } catch (BackendException e) {
            LOG.debug("CHASQUI_SCRUB is {}", e.getMessage());
        }
        LOG.warn("CHASQUI_SCRUB is \"{}\"; expected a duration such as 168h, 1m at least, or off. 168h is used", value);
        return Optional.of(USUAL);
    }

    /// On a thread of its own, which ends with the process.
    void start(Engine engine) {
        Thread.ofPlatform()
                .daemon()
                .name("chasqui-scrub")
                .priority(Thread.MIN_PRIORITY)
                .start(() -> run(() -> engine.statistics().isBusy()));
    }

    private void run(BooleanSupplier busy) {
        try {
            Thread.sleep(BEGINS_AFTER.compareTo(interval) < 0 ? BEGINS_AFTER : interval);
            while (true) {
                scrub(busy);
                Thread.sleep(interval.dividedBy(LOOKS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void scrub(BooleanSupplier busy) {
        try {
            Verification found = store.scrub(interval, new ScrubPace(busy, System::nanoTime, Thread::sleep));
            LOG.debug("scrubbed {} files, {} bytes", found.files(), found.bytes());
            found.damage().forEach(damage -> LOG.error("found while scrubbing: {}", damage.message()));
        } catch (BackendException e) {
            LOG.warn("the store is not scrubbed: {}", e.getMessage());
        }
    }
}
