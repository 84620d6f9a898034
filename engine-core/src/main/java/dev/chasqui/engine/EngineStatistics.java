package dev.chasqui.engine;

import java.util.List;

/// What an engine did since it was opened, and does now.
///
/// @param loading what loading and evicting models came to
/// @param models  the models in memory and what their requests did
public record EngineStatistics(PoolStatistics loading, List<ModelStatistics> models) {

    public EngineStatistics {
        models = List.copyOf(models);
    }

    /// Whether somebody is answered, or waits for that.
    public boolean isBusy() {
        return loading.waiting() > 0
                || models.stream()
                        .map(ModelStatistics::requests)
                        .anyMatch(requests -> requests.running() + requests.waiting() > 0);
    }
}
