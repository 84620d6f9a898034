package dev.chasqui.api;

/// Hears how a long step gets on: fetching, copying, creating. Called on the thread that does the work.
@FunctionalInterface
public interface Progress {

    Progress NONE = line -> {};

    void report(ProgressLine line);

    default void status(String status) {
        report(new ProgressLine(status, "", 0, 0));
    }
}
