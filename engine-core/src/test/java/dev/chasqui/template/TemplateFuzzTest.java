package dev.chasqui.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.chasqui.api.Message;
import dev.chasqui.api.ToolCall;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Random templates and damaged ones: each ends with a prompt or with a [TemplateException], and soon.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TemplateFuzzTest {

    private static final int TEMPLATES = 1_000;

    private static final List<String> FAMILIES =
            List.of("llama3", "mistral", "qwen3", "granite", "command-r", "alpaca");

    private static final Conversation CONVERSATION = Conversation.of(List.of(
                    Message.system("Be brief."),
                    Message.user("Is it ☃?"),
                    new Message(
                            "assistant",
                            "",
                            "Look.",
                            List.of(new byte[] {1, 2}),
                            List.of(new ToolCall("c", "quote", "{\"n\":1.5,\"list\":[true,null]}")),
                            "",
                            ""),
                    new Message("tool", "no", "", List.of(), List.of(), "quote", "c")))
            .withTools("""
                    [{"type":"function","function":{"name":"quote","description":"d","parameters":{"type":"object",
                      "required":["n"],"properties":{"n":{"type":["number","null"]},"list":{"type":"array"}}}}}]""");

    static final List<Long> seeds = List.of(1L, 2L, 3L, System.nanoTime());

    @ParameterizedTest(name = "seed {0}")
    @FieldSource("seeds")
    void randomTemplatesEndInAPromptOrATypedError(long seed) {
        RandomTemplates random = new RandomTemplates(random(seed));
        int rendered = 0;
        for (int i = 0; i < TEMPLATES; i++) {
            if (ends(random.template(), seed)) rendered++;
        }
        assertThat(rendered).as("rendered with seed " + seed).isGreaterThan(TEMPLATES / 50);
    }

    @ParameterizedTest(name = "seed {0}")
    @FieldSource("seeds")
    void damagedTemplatesDoToo(long seed) {
        RandomGenerator random = random(seed);
        int rendered = 0;
        for (int i = 0; i < TEMPLATES; i++) {
            String family = FAMILIES.get(random.nextInt(FAMILIES.size()));
            String template = Resources.text("families/" + family + ".gotmpl");
            if (ends(damaged(template, random), seed)) rendered++;
        }
        assertThat(rendered).as("rendered with seed " + seed).isGreaterThan(TEMPLATES / 50);
    }

    /// @return whether it ended in a prompt
    private static boolean ends(String template, long seed) {
        try {
            String prompt = GoTemplate.parse(template).render(CONVERSATION);
            assertThat(prompt.length()).isLessThanOrEqualTo(Limits.STANDARD.outputChars());
            return true;
        } catch (TemplateException e) {
            assertThat(e).hasMessageStartingWith("template: ");
            return false;
        } catch (RuntimeException | StackOverflowError e) {
            return fail("seed " + seed + ", template " + template, e);
        }
    }

    private static String damaged(String template, RandomGenerator random) {
        StringBuilder text = new StringBuilder(template);
        for (int times = 1 + random.nextInt(3); times > 0; times--) {
            int from = random.nextInt(text.length());
            int to = Math.min(text.length(), from + random.nextInt(12));
            int other = random.nextInt(text.length());
            String piece = text.substring(other, Math.min(text.length(), other + random.nextInt(12)));
            text.replace(from, to, piece);
        }
        return text.toString();
    }

    private static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }
}
