package dev.chasqui.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class UrgencyTest {

    @Test
    void whatIsNotSetComesFromTheBase() {
        Urgency base = Urgency.NONE
                .withPriority(7)
                .withDeadline(Duration.ofSeconds(30))
                .superseding("AAPL");

        assertThat(Urgency.NONE.over(base)).isEqualTo(base);
        assertThat(base.over(Urgency.NONE)).isEqualTo(base);
        assertThat(Urgency.NONE.withDeadline(Duration.ofSeconds(1)).over(base))
                .isEqualTo(base.withDeadline(Duration.ofSeconds(1)));
        assertThat(Urgency.NONE.withPriority(2).superseding("MSFT").over(base))
                .isEqualTo(base.withPriority(2).superseding("MSFT"));
    }
}
