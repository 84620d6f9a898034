package dev.chasqui.engine;

/// What an engine in a process of its own is asked; the byte on the wire is the place in this list.
enum RemoteMethod {
    GENERATE,
    CHAT,
    RENDER_GENERATE,
    RENDER_CHAT,
    EMBED,
    TOKENIZE,
    DETOKENIZE,
    RUNNING,
    OBSTACLES,
    PLAN,
    PIN,
    UNPIN,
    STATISTICS;

    private static final RemoteMethod[] ALL = values();

    /// @throws IllegalArgumentException if there is none of that number
    static RemoteMethod of(int code) {
        if (code < 0 || code >= ALL.length) throw new IllegalArgumentException("method " + code);
        return ALL[code];
    }
}
