package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `/api/tokenize` and `/api/detokenize`: what is read, and what comes back.
class TokensTest extends ServerFixture {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'model':'smollm2:135m','content':'a<'}                                  | [97,60]",
                "{'model':'smollm2:135m','prompt':'a<'}                                   | [97,60]",
                "{'model':'smollm2:135m','content':'a<','parse_special':false}            | [97,40,40]",
                "{'NAME':'smollm2:135m','Content':'a','add_special':true} trailing        | [94,97]",
                "{'model':'smollm2:135m'}                                                 | []",
                "{'model':'smollm2:135m','content':'\\ud83c\\udf19'}                      | [127769]"
            })
    void aTextBecomesTokens(String json, String tokens) throws Exception {
        HttpResponse<String> reply = post("/api/tokenize", json.replace('\'', '"'));

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        assertThat(JsonText.MAPPER.readTree(reply.body()))
                .isEqualTo(JsonText.MAPPER.readTree("{\"model\":\"smollm2:135m\",\"tokens\":" + tokens + "}"));
    }

    @Test
    void aClientThatLeavesGivesItsTokensUpAtOnce() throws Exception {
        backend.embedding = new CountDownLatch(1);
        try (RawClient raw = new RawClient(server.port())) {
            raw.post("/api/tokenize", "{\"model\":\"smollm2:135m\",\"content\":\"Hi\"}");
            assertThat(backend.tokenizing.await(10, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(backend.interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void tokensBecomeText() throws Exception {
        String body = post("/api/detokenize", "{\"model\":\"SmolLM2:135M\",\"tokens\":[72,105,127769]}")
                .body();

        assertThat(JsonText.MAPPER.readTree(body))
                .isEqualTo(JsonText.MAPPER.readTree("{\"model\":\"SmolLM2:135M\",\"content\":\"Hi🌙\"}"));
    }
}
