package dev.chasqui.springboot;

import dev.chasqui.api.Backend;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/// The backend's health, where the actuator is there to ask for it; `management.health.chasqui.enabled=false`
/// leaves it out.
@AutoConfiguration(after = ChasquiAutoConfiguration.class)
@ConditionalOnClass(HealthIndicator.class)
public class ChasquiHealthAutoConfiguration {

    /// The conditions stand here: at the class they would be looked for where their own class is missing.
    @Bean
    @ConditionalOnBean(Backend.class)
    @ConditionalOnEnabledHealthIndicator("chasqui")
    @ConditionalOnMissingBean(name = "chasquiHealthIndicator")
    ChasquiHealthIndicator chasquiHealthIndicator(Backend backend) {
        return new ChasquiHealthIndicator(backend);
    }
}
