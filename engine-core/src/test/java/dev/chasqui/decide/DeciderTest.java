package dev.chasqui.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.chasqui.api.Answer;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.Progress;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Summary;
import dev.chasqui.engine.Engine;
import dev.chasqui.store.Catalogue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Typed answers of the real default model.
@Timeout(60)
class DeciderTest {

    private static Engine engine;

    enum Capital {
        LONDON("London"),
        PARIS("Paris"),
        BERLIN("Berlin");

        private final String written;

        Capital(String written) {
            this.written = written;
        }

        @Override
        public String toString() {
            return written;
        }
    }

    enum Side {
        BUY,
        SELL,
        HOLD
    }

    record Order(Side side, int quantity, double limit, boolean urgent, List<String> reasons, Optional<Stop> stop) {}

    record Stop(double price) {}

    record Endless(Endless again) {}

    record Strange(Object anything) {}

    @BeforeAll
    static void open() throws Exception {
        engine = Engine.open(Catalogue.standard().file("smollm2:135m", Progress.NONE));
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void theChoiceIsAConstantWithTheProbabilityOfEach() {
        Decision<Capital> decision =
                engine.decide(Capital.class, "What is the capital of France? Answer with its name.");

        assertThat(decision.choice()).isEqualTo(Capital.PARIS);
        assertThat(decision.probabilities()).containsOnlyKeys(Capital.values());
        assertThat(decision.probabilities().values().stream()
                        .mapToDouble(p -> p)
                        .sum())
                .isCloseTo(1, within(1e-9));
        assertThat(decision.probability()).isEqualTo(decision.probabilities().get(Capital.PARIS));
        assertThat(decision.margin()).isBetween(0.0, decision.probability());
        assertThat(decision.entropy()).isBetween(0.0, Math.log(3));
        assertThat(decision.outside()).isBetween(0.0, 1.0);
        assertThat(decision.summary().promptTokens()).isPositive();
    }

    @Test
    void whoIsNotSureEnoughHasNoChoice() {
        Decision<Capital> decision =
                engine.decide(Capital.class, "What is the capital of France? Answer with its name.");

        assertThat(decision.ifSure(decision.probability(), decision.outside())).contains(Capital.PARIS);
        assertThat(decision.ifSure(Math.nextUp(decision.probability()), 1)).isEmpty();
        assertThat(decision.ifSure(0, Math.nextDown(decision.outside()))).isEmpty();
    }

    @Test
    void aRecordComesWholeAndOfItsType() {
        JsonReply<Order> reply =
                engine.json(Order.class, "AAPL fell by 4 %. Place an order.").ask();

        assertThat(reply).isInstanceOf(JsonReply.InTime.class);
        assertThat(reply.value().side()).isIn((Object[]) Side.values());
        assertThat(reply.value().reasons()).hasSizeLessThanOrEqualTo(RecordSchema.LONGEST_LIST);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"side":"BUY","quantity":1,"limit":2.5,"urgent":true,"reasons":["up"]}                       | ''
            {"side":"BUY","quantity":1,"limit":2.5,"urgent":true,"reasons":[],"stop":{"price":1.5}}      | ''
            {"side":"BUY","quantity":1,"limit":2.5,"urgent":true}                                        | reasons
            {"quantity":1,"limit":2.5,"urgent":true,"reasons":[]}                                        | side
            {"side":"BUY","limit":2.5,"urgent":true,"reasons":[]}                                        | quantity
            {"side":"PERHAPS","quantity":1,"limit":2.5,"urgent":true,"reasons":[]}                       | PERHAPS
            {"side":"BUY","quantity":1,"limit":2.5,"urgent":true,"reasons":[]                            | Order
            """)
    void whatIsNoWholeRecordIsAnErrorAndWhatIsOptionalMayLack(String said, String named) {
        Summary summary = Summary.withoutWork(DoneReason.STOP);
        JsonQuestion<Order> question = new JsonQuestion<>(
                Order.class, settings -> new Answer(said, "", List.of(), List.of(), summary), Settings.DEFAULT);

        if (named.isEmpty()) {
            assertThat(question.ask().value().stop().isPresent()).isEqualTo(said.contains("stop"));
        } else {
            assertThatThrownBy(question::ask)
                    .hasMessageStartingWith("the answer is no Order: ")
                    .hasMessageContaining(named);
        }
    }

    @Test
    void aRecordThatIsNotThereInTimeIsLateWithWhatWasDeclared() {
        Order hold = new Order(Side.HOLD, 0, 0, false, List.of(), Optional.empty());

        JsonReply<Order> reply = engine.json(Order.class, "AAPL fell by 4 %. Place an order.")
                .deadline(Duration.ofMillis(1))
                .otherwise(hold)
                .ask();

        assertThat(reply).isInstanceOfSatisfying(JsonReply.Late.class, late -> {
            assertThat(late.value()).isEqualTo(hold);
            assertThat(late.why().kind()).isEqualTo(BackendException.Kind.TOO_LATE);
        });
    }

    @Test
    void withoutADeclarationBeingLateIsAnError() {
        assertThatThrownBy(() -> engine.json(Order.class, "Place an order.")
                        .deadline(Duration.ofMillis(1))
                        .ask())
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.TOO_LATE));
    }

    @Test
    void theSchemaIsClosedBoundedAndInTheOrderOfTheComponents() {
        assertThat(RecordSchema.of(Order.class)).isEqualTo("""
                {"type":"object","properties":{"side":{"enum":["BUY","SELL","HOLD"]},\
                "quantity":{"type":"integer","minimum":-2147483648,"maximum":2147483647},\
                "limit":{"type":"number"},"urgent":{"type":"boolean"},\
                "reasons":{"type":"array","items":{"type":"string","maxLength":200},"maxItems":16},\
                "stop":{"type":"object","properties":{"price":{"type":"number"}},"required":["price"],\
                "additionalProperties":false}},\
                "required":["side","quantity","limit","urgent","reasons"],"additionalProperties":false}""");
    }

    @Test
    void aTypeThatHasNoPlaceInJsonIsNamed() {
        assertThatThrownBy(() -> engine.json(Strange.class, "?"))
                .hasMessageStartingWith("Strange.anything is of type java.lang.Object; expected a text");
        assertThatThrownBy(() -> engine.json(Endless.class, "?")).hasMessageContaining("Endless contains itself");
    }
}
