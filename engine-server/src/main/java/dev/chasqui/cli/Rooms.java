package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.Options;
import dev.chasqui.engine.Isolation;
import dev.chasqui.engine.LoadPlan;
import dev.chasqui.engine.MachineMemory;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/// What the commands need of the other rooms.
interface Rooms {

    Map<String, String> environment();

    /// The engine in this process, over the models on this machine's disk. Opening it loads and reads nothing.
    Backend embedded();

    /// The same for a single question: nothing is allocated that only further ones would need.
    ///
    /// @param fallback options for where question, model and environment are silent
    Backend embeddedForOne(Options fallback);

    /// The same rooms, where the engine in this process keeps native code so far away.
    Rooms withIsolation(Isolation level);

    /// The server at [#serverAddress].
    ///
    /// @throws BackendException of kind `UNREACHABLE` from the first call on it, if nobody answers there
    Backend server();

    /// Where the server is: `OLLAMA_HOST`, or the default address.
    URI serverAddress();

    /// How much memory this machine has for models now.
    MachineMemory memory();

    /// Serves until the process is told to end.
    ///
    /// @param host     where to listen; what is absent comes from `OLLAMA_HOST`
    /// @param settings variables that count more than the environment's
    /// @throws BackendException if the address cannot be listened on; the message says what to do
    void serve(Optional<String> host, Optional<Integer> port, Map<String, String> settings) throws InterruptedException;

    /// What loading a model into this process would take. Loads nothing.
    ///
    /// @throws BackendException if there is no such model, or the options cannot be had here
    LoadPlan plan(String model, Options options);

    /// How models run fastest on this machine. Opening it loads nothing.
    Tunings tunings();

    /// What there is to know about this machine and installation, good or bad.
    Diagnosis diagnose();
}
