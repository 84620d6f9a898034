package dev.chasqui.cli;

import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Option;

@CommandLine.Command(
        name = "serve",
        aliases = "start",
        description = "Serve Ollama's HTTP API until told to end (Ctrl-C or SIGTERM).")
final class ServeCommand extends Command {

    static final Set<String> NAMES = Set.of("serve", "start");

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "Listen here. Default: OLLAMA_HOST, else 127.0.0.1 and ::1.")
    private Optional<String> host = Optional.empty();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "TCP port, 0 to 65535; 0 takes a free one. Default: OLLAMA_HOST's, else 11434.")
    private Optional<Integer> port = Optional.empty();

    @Override
    public Integer call() throws InterruptedException {
        rooms().serve(host, port);
        return 0;
    }
}
