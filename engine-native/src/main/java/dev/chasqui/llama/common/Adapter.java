package dev.chasqui.llama.common;

import dev.chasqui.llama.LlamaException;
import dev.chasqui.platform.NativeLibraries;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/// The way into C++: loads the adapter once, beside the libllama that is loaded already, and calls it on a stack
/// that is deep enough.
final class Adapter {

    /// Far above what any real template or schema needs, and an end for those that have none.
    static final Duration LIMIT = Duration.ofSeconds(10);

    private static boolean loaded;

    private Adapter() {}

    /// The adapter links to the libraries in its own folder. Were it loaded from anywhere else than libllama was,
    /// the process would hold two of each, with two registries of devices.
    static synchronized void load() {
        if (loaded) return;
        Path folder = NativeLibraries.load().folder();
        Path library = folder.resolve(System.mapLibraryName(AdapterJni.LIBRARY));
        if (Files.notExists(library)) {
            throw new LlamaException(folder + " holds no " + library.getFileName()
                    + ": chat templates, tools and JSON schemas need it. It is part of the engine-native jar of this"
                    + " platform; a llama.cpp build of your own does not have it");
        }
        System.load(library.toAbsolutePath().toString());
        AdapterJni.silence();
        loaded = true;
    }

    /// Makes an object of C++ that is freed by `free`.
    static NativeHandle open(String what, LongSupplier open, java.util.function.LongConsumer free) {
        load();
        return NativeStack.call(
                "making the " + what,
                LIMIT,
                new AtomicInteger(),
                () -> new NativeHandle(what, open.getAsLong(), free),
                NativeHandle::close);
    }

    /// Calls a function which answers with fields.
    static Fields ask(String what, NativeHandle handle, LongFunction<Long> call) {
        handle.requireOpen();
        return NativeStack.call(
                what, LIMIT, handle.overdue(), () -> handle.use(address -> taken(call.apply(address))), late -> {});
    }

    /// Calls a function of no object which answers with fields.
    static Fields ask(String what, Duration limit, LongSupplier call) {
        load();
        return NativeStack.call(what, limit, new AtomicInteger(), () -> taken(call.getAsLong()), late -> {});
    }

    private static Fields taken(long given) {
        try {
            byte[] bytes = new byte[Math.toIntExact(AdapterJni.given_size(given))];
            if (bytes.length > 0) AdapterJni.given_copy(given, bytes);
            return new Fields(bytes);
        } finally {
            AdapterJni.given_free(given);
        }
    }
}
