package dev.chasqui.registry;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a registry wants to know of us before it answers: the header `WWW-Authenticate`.
///
/// @param scheme `bearer` or `basic`
/// @param values `realm`, `service`, `scope`
record Challenge(String scheme, Map<String, String> values) {

    private static final Pattern VALUE = Pattern.compile("(\\w+)\\s*=\\s*(?:\"([^\"]*)\"|([^\\s,\"]+))");

    static Challenge parse(String header) {
        Map<String, String> values = new HashMap<>();
        Matcher each = VALUE.matcher(header);
        while (each.find()) {
            values.put(
                    each.group(1).toLowerCase(Locale.ROOT),
                    Optional.ofNullable(each.group(2)).orElse(each.group(3)));
        }
        return new Challenge(header.strip().split("\\s+", 2)[0].toLowerCase(Locale.ROOT), values);
    }

    /// Where tokens are had.
    ///
    /// @throws IllegalArgumentException if it is no address
    URI realm() {
        return URI.create(values.getOrDefault("realm", ""));
    }

    /// The question for a token; it holds for this moment only. Written as Go writes it: the registry checks
    /// the signature over this very text.
    URI tokenUri() {
        byte[] nonce = new byte[16];
        new SecureRandom().nextBytes(nonce);
        Map<String, List<String>> query = new TreeMap<>(Map.of(
                "service", List.of(values.getOrDefault("service", "")),
                "scope", List.of(values.getOrDefault("scope", "").split(" ")),
                "ts", List.of(String.valueOf(Instant.now().getEpochSecond())),
                "nonce", List.of(Base64.getUrlEncoder().withoutPadding().encodeToString(nonce))));
        String added = query.entrySet().stream()
                .flatMap(entry -> entry.getValue().stream().map(value -> entry.getKey() + "=" + escaped(value)))
                .collect(Collectors.joining("&"));
        URI realm = realm();
        String own = realm.getRawQuery();
        String whole = Stream.of(Optional.ofNullable(own).orElse(""), added)
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("&"));
        return URI.create(Http.shown(realm) + "?" + whole);
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("*", "%2A")
                .replace("%7E", "~");
    }
}
