package dev.chasqui.cli;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.OllamaHost;
import java.util.Optional;

/// Where `serve` listens: what `OLLAMA_HOST` says, and what the command line says instead.
final class ListenAddress {

    private static final int MOST = 65535;

    private ListenAddress() {}

    /// @param host may hold a port, too; `port` counts more
    /// @throws BackendException if the port is none
    static OllamaHost of(OllamaHost configured, Optional<String> host, Optional<Integer> port) {
        OllamaHost listen = configured;
        if (host.isPresent()) {
            OllamaHost given = OllamaHost.parse(host.get());
            boolean hasPort = given.port() != OllamaHost.DEFAULT_PORT;
            listen = hasPort ? given : given.withPort(configured.port());
        }
        if (port.isPresent()) {
            if (port.get() < 0 || port.get() > MOST) {
                throw BackendException.invalid("port is " + port.get() + "; expected 0 to " + MOST);
            }
            listen = listen.withPort(port.get());
        }
        return listen;
    }
}
