package dev.chasqui.engine;

/// What loading and evicting models came to since the engine was opened, and what it does now.
///
/// @param loads    models brought into memory
/// @param failures loads that ended in an error; one that nobody waited for any more is none
/// @param evicted  models that had to go because another one needed their room
/// @param expired  models that went by their keep-alive, or because somebody said so
/// @param loaded   models in memory now
/// @param waiting  requests that wait now for a model to be loaded, or for room to load it
public record PoolStatistics(long loads, long failures, long evicted, long expired, int loaded, int waiting) {}
