package dev.chasqui.template;

import java.time.LocalDate;

/// What all templates of one rendering share.
///
/// @param source the template's text, for messages
record Run(String source, Definitions definitions, Budget budget, Output output, LocalDate today) {

    /// These facts, with other bodies.
    Run with(Definitions others) {
        return new Run(source, others, budget, output, today);
    }

    /// Line, and bytes before it on that line, as Go counts.
    String position(int at) {
        int lineStart = source.lastIndexOf('\n', at - 1) + 1;
        long line =
                source.substring(0, lineStart).chars().filter(c -> c == '\n').count() + 1;
        return ":" + line + ":" + Utf8.length(source.substring(lineStart, at));
    }
}
