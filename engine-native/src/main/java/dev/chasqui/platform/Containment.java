package dev.chasqui.platform;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/// What this process does when native code fails in it, as it was told.
public final class Containment {

    static final Duration WATCHDOG = Duration.ofSeconds(30);

    /// Has a JVM die of what its native code dies of: for processes that are there to find that out.
    static final String OFF = "-Dchasqui.containment=off";

    private Containment() {}

    /// Whether a thread on which native code gives up is stopped, and the process goes on. It is, unless
    /// `CHASQUI_CONTAINMENT` says `off`.
    public static boolean isOn() {
        return Setting.CHASQUI_CONTAINMENT
                .value()
                .map(value -> !Set.of("0", "false", "off").contains(value.toLowerCase(Locale.ROOT)))
                .orElse(true);
    }

    /// How long a thread may compute on a decode without any progress: `CHASQUI_WATCHDOG`, in seconds. Zero lets it
    /// take for ever; what is no number is as if it were not set.
    public static Duration watchdog() {
        return Setting.CHASQUI_WATCHDOG
                .value()
                .filter(value -> value.matches("\\d{1,6}(\\.\\d{1,3})?"))
                .map(value -> Duration.ofMillis(Math.round(1000 * Double.parseDouble(value))))
                .orElse(WATCHDOG);
    }
}
