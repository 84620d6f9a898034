package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HumanTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1 KB",
        "1500, 1.5 KB",
        "9990, 10.0 KB",
        "98123456, 98 MB",
        "1900000000, 1.9 GB",
        "2000000000, 2 GB",
        "42000000000, 42 GB",
        "5000000000000, 5 TB"
    })
    void sizesReadAsOllamaWritesThem(long bytes, String text) {
        assertThat(Human.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, Less than a second ago", "1, 1 second ago", "59, 59 seconds ago", "60, About a minute ago",
        "3540, 59 minutes ago", "3600, About an hour ago", "170000, 47 hours ago", "259200, 3 days ago",
        "1814400, 3 weeks ago", "7776000, 3 months ago", "94608000, 3 years ago", "-299, 4 minutes from now"
    })
    void timesReadAsOllamaWritesThem(long seconds, String text) {
        assertThat(Human.when(NOW.minus(Duration.ofSeconds(seconds)), NOW)).isEqualTo(text);
    }
}
