package dev.chasqui.http;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;

/// What this server counts, and `/metrics`, where Prometheus reads it.
final class Metrics {

    private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final SilentAnswers silentAnswers = new SilentAnswers(registry);

    SilentAnswers silentAnswers() {
        return silentAnswers;
    }

    void metrics(Exchange exchange) {
        exchange.reply(200, CONTENT_TYPE, registry.scrape().getBytes(StandardCharsets.UTF_8));
    }
}
