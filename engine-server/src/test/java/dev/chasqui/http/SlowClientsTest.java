package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Clients that let us wait; with the limits a server has unless told otherwise.
@Timeout(120)
class SlowClientsTest extends ServerFixture {

    private static final int HALF_SENT = 300;

    @Test
    void threeHundredHalfSentRequestsHinderNobodyAndAreAllClosed() throws Exception {
        get("/api/version"); // classes loaded before anything is timed
        List<RawClient> slow = new ArrayList<>();
        long begun = System.nanoTime();
        try {
            for (int i = 0; i < HALF_SENT; i++) {
                slow.add(new RawClient(server.port()).send("POST /api/chat HTTP/1.1\r\nHost: local"));
            }
            long longest = 0;
            for (int i = 0; i < 20; i++) {
                long start = System.nanoTime();
                assertThat(get("/api/tags").statusCode()).isEqualTo(200);
                longest = Math.max(longest, System.nanoTime() - start);
                slow.get(i).send("h"); // a byte now and then wins no time
            }
            System.out.println(
                    "beside 300 half-sent requests the slowest of 20 others took " + longest / 1_000_000 + " ms");
            assertThat(longest).as("ns; 50 ms on a quiet machine").isLessThan(5_000_000_000L);
            for (RawClient one : slow) {
                assertThat(one.readAll())
                        .startsWith("HTTP/1.1 408")
                        .contains("{\"error\":\"the request's head was not");
            }
            long closed = (System.nanoTime() - begun) / 1_000_000;
            System.out.println("all 300 were closed after " + closed + " ms");
            assertThat(closed).isBetween(8_000L, 30_000L);
        } finally {
            for (RawClient one : slow) one.close();
        }
        assertThat(get("/").statusCode()).isEqualTo(200);
    }
}
