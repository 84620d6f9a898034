package dev.chasqui.cli;

import dev.chasqui.llama.Llama;
import dev.chasqui.llama.LlamaException;
import dev.chasqui.platform.NativeLibraries;
import dev.chasqui.platform.NativeLibraryException;
import java.util.Set;

/// The program. `./chasqui` starts it.
public final class Main {

    private static final Set<String> NEEDS_ENGINE = Set.of("ask", "serve", "start");

    private Main() {}

    public static void main(String[] arguments) {
        Logging.configure(System.getenv(), arguments.length > 0 && ServeCommand.NAMES.contains(arguments[0]));
        loadAhead(arguments);
        Screen screen = Screen.standard(System.getenv());
        int status = ChasquiCommand.run(new LiveRooms(System.getenv()), screen, arguments);
        screen.out().flush();
        System.exit(status);
    }

    /// Loads and links llama.cpp while the main thread reads the command line and then the model: each takes some
    /// 200 ms of a core, and there are at least two. Should it fail, whoever needs it gets the same error again.
    private static void loadAhead(String[] arguments) {
        if (arguments.length == 0 || !NEEDS_ENGINE.contains(arguments[0])) return;
        if (System.getenv().getOrDefault("CHASQUI_BACKEND", "").strip().equals("ollama")) return;
        Thread.ofPlatform().daemon().name("chasqui-load-ahead").start(() -> {
            try {
                NativeLibraries.load();
                Llama.linkAhead();
            } catch (NativeLibraryException | LlamaException e) {
                // Whoever needs it gets it again.
            }
        });
    }
}
