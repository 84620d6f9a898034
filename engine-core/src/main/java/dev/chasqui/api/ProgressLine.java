package dev.chasqui.api;

/// One line of progress, in Ollama's words. Lines with the same status replace one another.
///
/// @param digest         the file it is about, `sha256:<hex>`; may be empty
/// @param completedBytes how much is done
/// @param totalBytes     how much there is to do; `0` for a step without a measure
public record ProgressLine(String status, String digest, long completedBytes, long totalBytes) {}
