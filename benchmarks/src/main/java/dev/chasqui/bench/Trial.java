package dev.chasqui.bench;

import dev.chasqui.api.Backend;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One model on trial, and the two sides every section may ask: each is opened, and its model loaded, when it is
/// first needed.
final class Trial implements AutoCloseable {

    private final BenchModel model;
    private final Effort effort;
    private final Workload workload;
    private final Supplier<Side> openEmbedded;
    private final Supplier<Side> openServer;
    private @Nullable Side embedded;
    private @Nullable Side server;

    /// @param embedded opens the engine in this JVM
    /// @param server   opens a server with the same model
    Trial(BenchModel model, Effort effort, Supplier<Side> embedded, Supplier<Side> server) {
        this.model = model;
        this.effort = effort;
        this.workload = new Workload(model.name(), effort.threads());
        this.openEmbedded = embedded;
        this.openServer = server;
    }

    static Trial of(BenchModel model, Effort effort) {
        return new Trial(model, effort, () -> Side.open(Side.EMBEDDED, model), () -> Side.openServer(model));
    }

    BenchModel model() {
        return model;
    }

    Effort effort() {
        return effort;
    }

    Workload workload() {
        return workload;
    }

    Backend embedded() {
        Side open = embedded;
        if (open == null) {
            open = openEmbedded.get();
            embedded = open;
            workload.load(open.backend());
        }
        return open.backend();
    }

    Backend server() {
        Side open = server;
        if (open == null) {
            open = openServer.get();
            server = open;
            workload.load(open.backend());
        }
        return open.backend();
    }

    @Override
    public void close() {
        try (Side _ = embedded;
                Side _ = server) {
            embedded = null;
            server = null;
        }
    }
}
