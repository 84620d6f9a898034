package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendSetting;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Options;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Optional;

/// Decides who answers: the engine in this process, or a server.
///
/// `CHASQUI_BACKEND` has the first word, then `OLLAMA_HOST`: who names a server means it. Without either, a chat
/// uses the server on this machine if it runs and has the model, since that may have it in memory already.
final class BackendChoice {

    private static final int KNOCK_MILLIS = 250;

    private final Rooms rooms;

    BackendChoice(Rooms rooms) {
        this.rooms = rooms;
    }

    /// For one question: in this process unless told otherwise.
    ///
    /// @param fallback options for where question, model and environment are silent; a server has its own
    Backend forAsk(Options fallback) {
        return told().orElse(false) ? reachableServer() : rooms.embeddedForOne(fallback);
    }

    /// For a chat.
    Backend forRun(String model) {
        if (meansServer()) return reachableServer();
        if (told().isPresent() || !somebodyListens()) return rooms.embedded();
        Backend server = rooms.server();
        try {
            if (has(server, model)) return server;
        } catch (BackendException e) {
            // Somebody else listens there, or it is ill: not a reason to fail, we can answer ourselves.
        }
        server.close();
        return rooms.embedded();
    }

    /// For whoever lists, shows, brings or removes models: this machine's own unless a server was named.
    Backend forModels() {
        return meansServer() ? reachableServer() : rooms.embedded();
    }

    /// Whether models are a server's rather than this machine's.
    boolean meansServer() {
        return told().orElseGet(this::hostIsSet);
    }

    /// @throws BackendException if nobody answers
    Backend reachableServer() {
        Backend server = rooms.server();
        try {
            server.version();
            return server;
        } catch (BackendException e) {
            server.close();
            if (e.kind() != BackendException.Kind.UNREACHABLE) throw e;
            throw new BackendException(e.kind(), unreachable(), e);
        }
    }

    private String unreachable() {
        String where = hostIsSet() ? " at " + rooms.serverAddress() : "";
        return "could not connect to ollama server" + where + ", run 'chasqui serve' to start it";
    }

    private boolean somebodyListens() {
        URI address = rooms.serverAddress();
        try (Socket knock = new Socket()) {
            knock.connect(new InetSocketAddress(address.getHost(), address.getPort()), KNOCK_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean has(Backend server, String model) {
        ModelName wanted = ModelName.parse(model);
        return server.models().stream()
                .anyMatch(one -> ModelName.parse(one.name()).matches(wanted));
    }

    private boolean hostIsSet() {
        return !rooms.environment().getOrDefault("OLLAMA_HOST", "").isBlank();
    }

    /// @return whether a server was asked for, if `CHASQUI_BACKEND` says anything
    private Optional<Boolean> told() {
        return BackendSetting.in(rooms.environment()).map(setting -> setting == BackendSetting.OLLAMA);
    }
}
