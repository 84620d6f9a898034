package dev.chasqui.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Progress;
import dev.chasqui.llama.ContextSettings.CacheType;
import dev.chasqui.llama.ContextSettings.FlashAttention;
import dev.chasqui.llama.Decoder.Outcome;
import dev.chasqui.store.Catalogue;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The bindings over a model that makes sense: SmolLM2-135M-Instruct, which only this module can fetch.
class RealModelTest {

    private LlamaModel model;
    private LlamaContext context;

    @BeforeEach
    void open() {
        Path file = Catalogue.standard().file("smollm2:135m", Progress.NONE);
        model = LlamaModel.open(file, ModelSettings.DEFAULT);
        context = model.newContext(ContextSettings.of(512).withSequences(3));
    }

    @AfterEach
    void close() {
        if (model != null) model.close();
    }

    @Test
    void itKnowsTheCapitalOfFrance() {
        assertThat(answer(context, 0, Sampling.GREEDY, 12)).contains("Paris");
    }

    @Test
    void aPromptTakenFromAnotherSequenceIsUnderstood() {
        int[] prompt = prompt();
        feed(context, 0, prompt, 0, prompt.length - 1);
        assertThat(context.copy(0, 2, prompt.length - 1)).isTrue();
        context.forget(0, 0);

        feed(context, 2, prompt, prompt.length - 1, prompt.length);

        assertThat(generate(context, 2, prompt.length, 0, Sampling.GREEDY, 12)).contains("Paris");
    }

    @Test
    void aSmallerCacheStillKnowsIt() {
        ContextSettings small = ContextSettings.of(256).withCache(FlashAttention.ON, CacheType.Q8_0, CacheType.Q8_0);
        try (LlamaContext other = model.newContext(small)) {
            assertThat(answer(other, 0, Sampling.GREEDY, 12)).contains("Paris");
        }
    }

    @Test
    void aGrammarShapesTheAnswer() {
        Sampling json = new Sampling(
                0, 0, 1, 0, 1, 0, 1, 0, 0, 0, Optional.of("root ::= \"{\\\"capital\\\":\\\"\" [A-Z] [a-z]+ \"\\\"}\""));

        assertThat(answer(context, 0, json, 30)).isEqualTo("{\"capital\":\"Paris\"}");
    }

    @Test
    void everyTokenHasItsPieces() {
        Vocabulary vocabulary = model.vocabulary();
        int[] ids = vocabulary.tokenize("Grüße aus 東京 🚀 <|im_end|>", false, true);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) bytes.writeBytes(vocabulary.piece(id, true));

        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("Grüße aus 東京 🚀 <|im_end|>");
        assertThat(vocabulary.isEndOfGeneration(ids[ids.length - 1])).isTrue();
        assertThat(model.chatTemplate())
                .hasValueSatisfying(template -> assertThat(template).contains("<|im_start|>"));
    }

    private String answer(LlamaContext decoder, int sequence, Sampling sampling, int most) {
        int[] prompt = prompt();
        feed(decoder, sequence, prompt, 0, prompt.length);
        return generate(decoder, sequence, prompt.length, prompt.length - 1, sampling, most);
    }

    private int[] prompt() {
        String text = "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n";
        return model.vocabulary().tokenize(text, true, true);
    }

    private static void feed(LlamaContext decoder, int sequence, int[] tokens, int from, int to) {
        TokenBatch batch = new TokenBatch(to - from);
        for (int i = from; i < to; i++) batch.add(tokens[i], i, sequence, i == tokens.length - 1);
        assertThat(decoder.decode(batch)).isEqualTo(Outcome.DONE);
    }

    private String generate(LlamaContext decoder, int sequence, int position, int row, Sampling sampling, int most) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        List<Integer> tokens = new ArrayList<>();
        TokenBatch batch = new TokenBatch(1);
        try (TokenSampler sampler = decoder.sampler(sampling)) {
            while (tokens.size() < most) {
                int token = sampler.sample(row);
                if (model.vocabulary().isEndOfGeneration(token)) break;
                text.writeBytes(model.vocabulary().piece(token, false));
                batch.clear();
                row = batch.add(token, position + tokens.size(), sequence, true);
                tokens.add(token);
                decoder.decode(batch);
            }
        }
        return text.toString(StandardCharsets.UTF_8);
    }
}
