package dev.chasqui.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StructsTest {

    private static final Path HEADERS = Path.of("target", "llama-headers").toAbsolutePath();

    private static final List<StructLayout> STRUCTS = List.of(
            Structs.MODEL_PARAMS,
            Structs.CONTEXT_PARAMS,
            Structs.QUANTIZE_PARAMS,
            Structs.BATCH,
            Structs.TOKEN_DATA,
            Structs.TOKEN_DATA_ARRAY,
            Structs.LOGIT_BIAS,
            Structs.CHAIN_PARAMS,
            Structs.THREADPOOL_PARAMS);

    @TempDir
    private Path folder;

    @Test
    void everyFieldIsWhereTheCompilerPutsIt() throws Exception {
        Map<String, Long> ours = new TreeMap<>();
        StringBuilder lines = new StringBuilder();
        for (StructLayout struct : STRUCTS) {
            String type = "struct " + struct.name().orElseThrow();
            ours.put("sizeof(" + type + ")", struct.byteSize());
            lines.append(print("sizeof(" + type + ")"));
            long fields = 0;
            for (MemoryLayout member : struct.memberLayouts()) {
                if (member.name().isEmpty()) continue;
                String field = member.name().get();
                ours.put("offsetof(" + type + ", " + field + ")", Structs.offset(struct, field));
                ours.put("sizeof(((" + type + " *) 0)->" + field + ")", member.byteSize());
                lines.append(print("offsetof(" + type + ", " + field + ")"));
                lines.append(print("sizeof(((" + type + " *) 0)->" + field + ")"));
                fields++;
            }
            assertThat(fields).isPositive();
        }

        Map<String, Long> theirs = compileAndRun("""
                #include <cstddef>
                #include <cstdio>
                #include "llama.h"
                int main() {
                %s    return 0;
                }
                """.formatted(lines));

        assertThat(ours).isEqualTo(theirs);
    }

    private static String print(String expression) {
        return "    std::printf(\"%%s=%%zu\\n\", \"%s\", (size_t) %s);\n"
                .formatted(expression, expression)
                .replace("%%", "%");
    }

    private Map<String, Long> compileAndRun(String source) throws IOException, InterruptedException {
        if (!Files.isDirectory(HEADERS)) {
            fail(HEADERS + " does not exist; the build unpacks llama.cpp's headers there: run it with mvn");
        }
        Path file = Files.writeString(folder.resolve("layouts.cpp"), source);
        Path program = folder.resolve("layouts");
        String compiler = System.getenv().getOrDefault("CXX", "g++");
        try {
            run(
                    compiler,
                    "-I" + HEADERS.resolve("include"),
                    "-I" + HEADERS.resolve("ggml").resolve("include"),
                    "-o",
                    program.toString(),
                    file.toString());
        } catch (IOException e) {
            fail("cannot run the C++ compiler " + compiler + "; the build needs one (or name it in CXX)", e);
        }
        Map<String, Long> values = new TreeMap<>();
        run(program.toString()).lines().forEach(line -> {
            int equals = line.lastIndexOf('=');
            values.put(line.substring(0, equals), Long.valueOf(line.substring(equals + 1)));
        });
        return values;
    }

    private String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
