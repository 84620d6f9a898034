package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Collections;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Requests at the edge of what is allowed, and beyond it, over a real model: each is answered or refused, and the
/// next one is served.
@Timeout(60)
class HostileRequestsTest {

    private static TinyServer server;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        server = new TinyServer(folder, ServerSettings.DEFAULT);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                options("'stop':[" + repeated("'aa',", 100_000) + "'b']", 200),
                options("'stop':['']", 200),
                options("'stop':'a'", 200),
                options("'stop':7", 400),
                options("'num_predict':9223372036854775808,'num_ctx':32", 200),
                options("'num_predict':0", 200),
                options("'num_predict':-3", 400),
                options("'seed':-9223372036854775808,'temperature':1", 200),
                options("'seed':9223372036854775807,'temperature':1", 200),
                options("'temperature':-1,'top_k':-5,'repeat_last_n':2147483647,'repeat_penalty':1000", 200),
                options("'temperature':1e400", 400),
                options("'num_ctx':16777216,'num_batch':65536,'num_thread':65536", 200),
                options("'num_ctx':16777217", 400),
                options("'num_keep':2147483647,'num_ctx':16,'num_predict':64", 200),
                options("'unknown':{'a':[null]}", 200),
                generate("'prompt':'a\\u0000b \\ud83c \\udf19 \\ufffd'", 200),
                generate("'prompt':'" + repeated("a", 2_000_000) + "'", 400),
                generate("'prompt':'x','keep_alive':1e300", 200),
                generate("'prompt':'x','keep_alive':-1e400", 400),
                generate("'prompt':'x','context':[-1]", 400),
                generate("'prompt':'x','context':[320]", 400),
                generate("'prompt':'x','images':['aGk=']", 400),
                generate("'prompt':'x','supersedes':'" + repeated("s", 257) + "'", 400),
                generate("'prompt':'x','top_logprobs':-1", 400),
                generate("'prompt':'x','top_logprobs':20,'logprobs':true", 200),
                Arguments.of("/api/embed", "'input':[" + repeated("'a',", 999_999) + "'a']", 400),
                Arguments.of("/api/embed", "'input':'x','dimensions':2147483647", 200),
                Arguments.of("/api/embed", "'input':'x','dimensions':-2147483648", 200),
                Arguments.of("/api/chat", "'messages':[{'role':'no such','content':'x'}]", 200),
                Arguments.of("/api/chat", "'messages':[{}]", 200),
                Arguments.of("/api/tokenize", "'content':'" + repeated("a", 2_000_000) + "'", 400),
                Arguments.of("/api/detokenize", "'tokens':[" + repeated("319,", 100_000) + "0]", 200));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void isAnsweredOrRefusedAndTheNextOneIsServed(String path, String fields, int status) throws Exception {
        HttpResponse<String> reply =
                server.post(path, ("{'model':'tiny:1m','stream':false," + fields + "}").replace('\'', '"'));

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(status);
        if (status == 400) {
            assertThat(JsonText.MAPPER.readTree(reply.body()).get("error").stringValue())
                    .isNotBlank();
        }
        assertThat(server.send("GET", "/ready", BodyPublishers.noBody()).statusCode())
                .isEqualTo(200);
    }

    private static Arguments options(String options, int status) {
        return generate("'prompt':'Hi','options':{" + options + "}", status);
    }

    private static Arguments generate(String fields, int status) {
        return Arguments.of("/api/generate", fields, status);
    }

    private static String repeated(String text, int times) {
        return String.join("", Collections.nCopies(times, text));
    }
}
