package dev.chasqui.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// llama.cpp's own benchmark, if the user has one: `CHASQUI_LLAMA_BENCH` names the program. For an honest
/// comparison it must use the same libraries as the engine.
record LlamaBench(Path program, Path gguf, int threads) {

    /// Tokens per second when generating.
    double generation(int tokens) {
        return rate(0, tokens);
    }

    /// Tokens per second when evaluating a prompt.
    double prompt(int tokens) {
        return rate(tokens, 0);
    }

    private double rate(int promptTokens, int generatedTokens) {
        List<String> command = List.of(
                program.toString(),
                "-m",
                gguf.toString(),
                "-t",
                "" + threads,
                "-p",
                "" + promptTokens,
                "-n",
                "" + generatedTokens,
                "-r",
                "1",
                "-o",
                "json");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            JsonNode results;
            try (InputStream out = process.getInputStream()) {
                results = JsonMapper.shared().readTree(out.readAllBytes());
            }
            int status = process.waitFor();
            double rate = results.path(0).path("avg_ts").asDouble(0);
            if (status == 0 && rate > 0) return rate;
            throw new IllegalStateException(program + " ended with status " + status + " and no result");
        } catch (IOException e) {
            throw new IllegalStateException("cannot run " + program + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + program + " ran", e);
        }
    }
}
