package dev.chasqui.springboot;

import dev.chasqui.api.Backend;
import dev.chasqui.api.RunningModel;
import java.util.List;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/// `UP` with the backend's version and the models in memory; `OUT_OF_SERVICE` with what keeps it from taking
/// requests now; `DOWN` if it cannot be reached. Never waits for a model to load.
final class ChasquiHealthIndicator extends AbstractHealthIndicator {

    private final Backend backend;

    ChasquiHealthIndicator(Backend backend) {
        super("the Chasqui backend does not answer");
        this.backend = backend;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        List<String> obstacles = backend.obstacles();
        if (obstacles.isEmpty()) health.up();
        else health.outOfService().withDetail("obstacles", obstacles);
        health.withDetail("version", backend.version())
                .withDetail(
                        "loaded",
                        backend.running().stream().map(RunningModel::name).toList());
    }
}
