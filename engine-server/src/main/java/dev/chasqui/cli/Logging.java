package dev.chasqui.cli;

import java.util.Map;

/// Sets up slf4j-simple: lines on standard error. Commands log warnings only, a server what it does, and
/// `OLLAMA_DEBUG=1` (or `2`) everything more.
///
/// Must run before the first logger is made; it touches no logging class itself.
final class Logging {

    private static final String PREFIX = "org.slf4j.simpleLogger.";

    private Logging() {}

    static void configure(Map<String, String> environment, boolean serving) {
        String level =
                switch (environment.getOrDefault("OLLAMA_DEBUG", "").strip().toLowerCase(java.util.Locale.ROOT)) {
                    case "", "0", "false", "f" -> serving ? "info" : "warn";
                    case "2" -> "trace";
                    default -> "debug";
                };
        set("defaultLogLevel", level);
        set("showDateTime", Boolean.toString(serving));
        set("dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
        set("showThreadName", "false");
        set("showShortLogName", "true");
        if (level.equals("warn")) set("log.dev.chasqui.engine.Answering", "error"); // commands say it themselves
        set("log.io.netty", "warn"); // at debug it says a hundred lines before the first request
        set("log.io.vertx", "warn");
    }

    private static void set(String key, String value) {
        if (System.getProperty(PREFIX + key) == null) System.setProperty(PREFIX + key, value);
    }
}
