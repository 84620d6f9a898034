package dev.chasqui.cli;

import dev.chasqui.engine.Isolation;
import java.util.HashMap;
import java.util.Map;
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
            description = "TCP port; 0 takes a free one. Default: OLLAMA_HOST's, else 11434.")
    private Optional<Integer> port = Optional.empty();

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "Serve HTTPS with this certificate and its chain (PEM). Default: OLLAMA_TLS_CERTIFICATE.")
    private Optional<String> certificate = Optional.empty();

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "The certificate's private key (PEM). Default: OLLAMA_TLS_PRIVATE_KEY.")
    private Optional<String> key = Optional.empty();

    @Option(
            names = "--tls-client-ca",
            paramLabel = "FILE",
            description = "Serve only clients with a certificate of this authority (PEM). Default:"
                    + " OLLAMA_TLS_CLIENT_CA.")
    private Optional<String> clientCa = Optional.empty();

    @Option(
            names = "--allow-open",
            description = "Listen beyond this machine without keys (CHASQUI_KEYS_FILE) or client certificates.")
    private boolean allowOpen;

    @Option(
            names = "--isolation",
            paramLabel = "LEVEL",
            description = "How far native code is kept away: none (models are loaded in this process), probe (after"
                    + " a throwaway process loaded them once), process (in a process of their own, which is started"
                    + " again if it dies). Default: CHASQUI_ISOLATION, else probe.")
    private Optional<String> isolation = Optional.empty();

    @Override
    public Integer call() throws InterruptedException {
        Map<String, String> settings = new HashMap<>();
        certificate.ifPresent(file -> settings.put("OLLAMA_TLS_CERTIFICATE", file));
        key.ifPresent(file -> settings.put("OLLAMA_TLS_PRIVATE_KEY", file));
        clientCa.ifPresent(file -> settings.put("OLLAMA_TLS_CLIENT_CA", file));
        if (allowOpen) settings.put("CHASQUI_ALLOW_OPEN", "1");
        Rooms rooms = isolation
                .map(level -> rooms().withIsolation(Isolation.parse(level)))
                .orElseGet(this::rooms);
        rooms.serve(host, port, settings);
        return 0;
    }
}
