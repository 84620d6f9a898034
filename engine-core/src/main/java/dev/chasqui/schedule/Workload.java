package dev.chasqui.schedule;

/// What a decode thread drives, turn by turn.
public interface Workload {

    /// Does what comes next.
    ///
    /// @return `false` if there was nothing to do, so the thread may sleep until the next arrival
    boolean turn();

    /// Ends every request with an error. Called by the thread when it stops.
    void failAll(RuntimeException cause);
}
