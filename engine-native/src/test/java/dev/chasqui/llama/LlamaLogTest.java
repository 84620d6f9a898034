package dev.chasqui.llama;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LlamaLogTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            graph_compute: ggml_backend_sched_graph_compute_async failed with error 1  | true
            graph_compute: ggml_backend_sched_graph_compute_async failed with error -1 | false
            process_ubatch: failed to compute graph, compute status: 1                 | true
            process_ubatch: failed to compute graph, compute status: -2                | false
            llama_decode: failed to decode, ret = 2                                    | true
            llama_decode: failed to decode, ret = -3                                   | false
            """)
    void onlyWhatACancelCausesIsNoNews(String line, boolean abort) {
        assertThat(LlamaLog.isAbort(line)).isEqualTo(abort);
    }
}
