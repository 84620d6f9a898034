package dev.chasqui.cli;

import java.io.IOException;
import java.util.List;

/// The prompt: what is piped in, then the command line's words.
final class PromptText {

    private static final int PATIENCE_MILLIS = 3000;

    private PromptText() {}

    /// @return empty if there is neither
    static String read(Screen screen, List<String> words) throws IOException {
        String typed = String.join(" ", words);
        if (screen.input() != Screen.Input.TEXT) return typed;
        String piped = patiently(screen);
        if (piped.isEmpty()) return typed;
        return typed.isEmpty() ? piped : piped + "\n\n" + typed;
    }

    /// A pipe that nobody closes would look as if the program hung, so it says what it waits for.
    private static String patiently(Screen screen) throws IOException {
        Thread hint = Thread.ofVirtual().unstarted(() -> {
            try {
                Thread.sleep(PATIENCE_MILLIS);
                screen.err().println("reading the prompt from standard input, until it ends (</dev/null if none)");
            } catch (InterruptedException e) {
                // It ended in time.
            }
        });
        hint.start();
        try {
            return screen.readAll().stripTrailing();
        } finally {
            hint.interrupt();
        }
    }
}
