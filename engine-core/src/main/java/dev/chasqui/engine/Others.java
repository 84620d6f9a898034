package dev.chasqui.engine;

import java.util.OptionalDouble;
import java.util.function.LongSupplier;

/// Whether others use the cores while something is measured.
final class Others {

    /// Cores, on average: less is what any system does now and then.
    private static final double BUSY = 0.5;

    private final FreeCores free;
    private final int cores;
    private final LongSupplier nanoClock;
    private double used;
    private int looks;

    /// @param cores there would be without others
    Others(FreeCores free, int cores, LongSupplier nanoClock) {
        this.free = free;
        this.cores = cores;
        this.nanoClock = nanoClock;
    }

    /// Notes what others used since the last look.
    ///
    /// @return cores they leave, `>= 1`; all of them where nobody knows
    int look() {
        OptionalDouble left = free.at(nanoClock.getAsLong());
        if (left.isEmpty()) return cores;
        used += Math.max(0, cores - left.getAsDouble());
        looks++;
        return (int) Math.clamp(Math.round(left.getAsDouble()), 1, cores);
    }

    /// Whether they did since this was asked last.
    boolean wereBusy() {
        boolean busy = looks > 0 && used / looks > BUSY;
        used = 0;
        looks = 0;
        return busy;
    }
}
