package dev.chasqui.registry;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.Digest;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Who we are: a registry's question answered by a token, for a signature or a password, or by the password
/// itself. Nothing of that goes to any host but the registry's own.
record Identity(Path key, Logins logins) {

    private static final int LONGEST_TOKEN = 64 << 10;

    /// The value of `Authorization` that answers.
    ///
    /// @throws BackendException if there is no answer, or another host would get it
    String answer(Reply unauthorized, Http http) throws IOException, InterruptedException {
        String header = unauthorized.header("WWW-Authenticate").orElse("");
        Challenge challenge = Challenge.parse(header);
        String host = unauthorized.uri().getRawAuthority();
        return switch (challenge.scheme()) {
            case "basic" ->
                "Basic "
                        + logins.at(host)
                                .orElseThrow(
                                        () -> failed(host + " wants a user name and a password; " + "`docker login "
                                                + host + "` or `podman login` keeps them in " + logins.file()));
            case "bearer" -> "Bearer " + token(challenge, host, http);
            default -> throw failed(host + " wants to know who asks, in a way nobody here knows: \"" + header + "\"");
        };
    }

    private String token(Challenge challenge, String host, Http http) throws IOException, InterruptedException {
        URI realm;
        try {
            realm = challenge.realm();
        } catch (IllegalArgumentException e) {
            throw failed(host + " sends us for a token to no address");
        }
        if (!http.isRegistry(realm)) {
            throw failed("realm host \"" + realm.getRawAuthority() + "\" does not match original host \"" + host
                    + "\": no proof of who asks is sent there");
        }
        URI uri = challenge.tokenUri();
        String proof = logins.at(host).map(login -> "Basic " + login).orElseGet(() -> signature(uri));
        try (Reply reply = http.send(Http.Call.get(uri, Map.of()).withoutRedirects(), Optional.of(proof))) {
            reply.require(200);
            JsonNode json = JsonMapper.shared().readTree(reply.read(LONGEST_TOKEN));
            String token = json.path("token").asString(json.path("access_token").asString(""));
            if (token.matches("[!-~]+")) return token;
        } catch (JacksonException e) {
            // said below
        }
        throw failed(host + " answers the question for a token without one");
    }

    /// Over verb, address and the body's hash, as Ollama's registry wants it.
    private String signature(URI uri) {
        String nothing = Digest.of(new byte[0]).hex();
        String hash = Base64.getEncoder().encodeToString(nothing.getBytes(StandardCharsets.US_ASCII));
        return SshKey.in(key).sign("GET," + uri + "," + hash);
    }

    private static BackendException failed(String message) {
        return new BackendException(Kind.FAILED, message);
    }
}
