package dev.chasqui.engine;

import dev.chasqui.schedule.SchedulerStatistics;

/// One model in memory: what its requests did so far and hold now.
public record ModelStatistics(String model, SchedulerStatistics requests) {}
