package dev.chasqui.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The passwords `docker login` and `podman login` keep in a file. Those that a credential helper keeps are
/// not seen.
record Logins(Path file) {

    private static final Logger LOG = LoggerFactory.getLogger(Logins.class);
    private static final long LONGEST_FILE = 1 << 20;

    /// User name and password for that registry, in Base64 with a colon between.
    ///
    /// @param authority `host[:port]`
    Optional<String> at(String authority) {
        try {
            if (Files.notExists(file) || Files.size(file) > LONGEST_FILE) return Optional.empty();
            JsonNode logins =
                    JsonMapper.shared().readTree(Files.readAllBytes(file)).path("auths");
            for (String name : new String[] {authority, "https://" + authority, "http://" + authority}) {
                String login = logins.path(name).path("auth").asString("");
                if (!login.isEmpty()) return Optional.of(login);
            }
        } catch (IOException | JacksonException e) {
            LOG.warn("the logins in {} cannot be read: {}", file, e.getMessage());
        }
        return Optional.empty();
    }
}
