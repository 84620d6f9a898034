package dev.chasqui.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Every example runs, and says what its page says.
@Timeout(180)
class ExamplesTest {

    @Test
    void langchain4jChatsStreamsAndCompares() {
        assertThat(saidBy(Langchain4jExample::main))
                .containsPattern("chat: \\S")
                .containsPattern("stream: .+\\(\\d+ tokens\\)")
                .containsPattern("vectors: 576 numbers, likeness [01][.,]\\d\\d");
    }

    @Test
    void springAiDecidesAndLeavesAStream() {
        assertThat(saidBy(SpringAiExample::main))
                .containsPattern("decision: Decision\\[side=(BUY|SELL|HOLD), urgent=(true|false)]")
                .containsPattern("stream: \\S");
    }

    @Test
    void springBootGivesTheModelAsABean() {
        assertThat(saidBy(SpringBootExample::main)).containsPattern("chat: \\S").contains("beans: chasquiChatModel");
    }

    /// A program's main method.
    private interface Program {
        void main(String... arguments);
    }

    private static String saidBy(Program program) {
        PrintStream usual = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            program.main();
        } finally {
            System.setOut(usual);
        }
        return said.toString(StandardCharsets.UTF_8);
    }
}
