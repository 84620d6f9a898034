package dev.chasqui.api;

import static dev.chasqui.api.BackendException.Kind.CANCELLED;
import static dev.chasqui.api.BackendException.Kind.FAILED;
import static dev.chasqui.api.BackendException.Kind.UNREACHABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.SpokenBackend.Said;
import dev.chasqui.api.SpokenBackend.Silent;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Several backends as one.
@Timeout(30)
class FirstOfTest {

    private static final GenerateRequest ASK = GenerateRequest.of("m", "Hi");

    private final SpokenBackend second = SpokenBackend.saying("second", "from ", "the second");

    @Test
    void theFirstAnswersAndIsNamedWhereItCan() {
        SpokenBackend first = SpokenBackend.saying("first", "hello");
        Generation generation = Backend.firstOf(first, second).generate(ASK);

        assertThat(generation.text()).isEqualTo("hello");
        assertThat(generation.answeredBy()).contains("first");
        assertThat(second.asked).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"NOT_FOUND", "OVERLOADED", "TOO_LATE", "UNREACHABLE", "FAILED"})
    void theSecondIsAskedWhereTheFirstCannot(Kind kind) {
        Generation generation =
                Backend.firstOf(SpokenBackend.refusing("first", kind), second).generate(ASK);

        assertThat(generation.text()).isEqualTo("from the second");
        assertThat(generation.answeredBy()).contains("second");
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"INVALID", "CANCELLED", "INCOMPLETE"})
    void aWrongRequestAndAGivenUpOneStayWithTheFirst(Kind kind) {
        Backend both = Backend.firstOf(SpokenBackend.refusing("first", kind), second);

        assertThatThrownBy(() -> both.generate(ASK).text())
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(kind));
        assertThat(second.asked).isEmpty();
    }

    @Test
    void oneThatDiesBeforeItsFirstPieceIsFollowedAndClosed() {
        Said dying = new Said(List.of(), new BackendException(FAILED, "died"));
        SpokenBackend first = new SpokenBackend("first", call -> dying);

        assertThat(Backend.firstOf(first, second).generate(ASK).text()).isEqualTo("from the second");
        assertThat(dying.closed.getCount()).isZero();
    }

    @Test
    void oneThatDiesLaterIsAnErrorAndNeverHalfOfEach() {
        Said dying = new Said(List.of("half"), new BackendException(FAILED, "died"));
        Backend both = Backend.firstOf(new SpokenBackend("first", call -> dying), second);
        Iterator<Chunk> chunks = both.generate(ASK).iterator();

        assertThat(chunks.next().text()).isEqualTo("half");
        assertThatThrownBy(chunks::hasNext).hasMessage("died");
        assertThat(second.asked).isEmpty();
    }

    @Test
    void theLastFailureIsTheAnswerWhereNobodyCan() {
        Backend both =
                Backend.firstOf(SpokenBackend.refusing("first", FAILED), SpokenBackend.refusing("second", UNREACHABLE));

        assertThatThrownBy(() -> both.generate(ASK)).hasMessage("second refuses");
    }

    @Test
    void theSecondGetsWhatIsLeftOfTheDeadline() {
        AtomicLong clock = new AtomicLong();
        SpokenBackend first = new SpokenBackend("first", call -> {
            clock.addAndGet(Duration.ofMillis(400).toNanos());
            throw new BackendException(FAILED, "too ill");
        });
        Settings urgent = Settings.DEFAULT.withUrgency(Urgency.NONE.withDeadline(Duration.ofSeconds(1)));

        String text = new FirstOf(List.of(first, second), clock::get)
                .generate(ASK.withSettings(urgent))
                .text();

        assertThat(text).isEqualTo("from the second");
        assertThat(first.asked.getFirst().urgency().deadline()).contains(Duration.ofSeconds(1));
        assertThat(second.asked.getFirst().urgency().deadline()).contains(Duration.ofMillis(600));
    }

    @Test
    void nobodyIsAskedAfterTheDeadline() {
        AtomicLong clock = new AtomicLong();
        SpokenBackend first = new SpokenBackend("first", call -> {
            clock.addAndGet(Duration.ofSeconds(2).toNanos());
            throw new BackendException(FAILED, "too ill");
        });
        Settings urgent = Settings.DEFAULT.withUrgency(Urgency.NONE.withDeadline(Duration.ofSeconds(1)));
        Backend both = new FirstOf(List.of(first, second), clock::get);

        assertThatThrownBy(() -> both.generate(ASK.withSettings(urgent))).hasMessage("too ill");
        assertThat(second.asked).isEmpty();
    }

    @Test
    void whoSaysNothingInHalfOfTheTimeIsGivenUpAndFollowed() throws Exception {
        Silent silent = new Silent();
        SpokenBackend first = new SpokenBackend("first", call -> silent);
        Settings urgent = Settings.DEFAULT.withUrgency(Urgency.NONE.withDeadline(Duration.ofSeconds(2)));

        Generation generation = Backend.firstOf(first, second).generate(ASK.withSettings(urgent));

        assertThat(generation.text()).isEqualTo("from the second");
        assertThat(silent.closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whoIsIllIsLeftAloneForAWhileAndThenTriedAgain() {
        AtomicLong clock = new AtomicLong();
        SpokenBackend first = SpokenBackend.refusing("first", FAILED);
        Backend both = new FirstOf(List.of(first, second), clock::get);

        for (int i = 0; i < 10; i++) both.generate(ASK).text();
        assertThat(first.asked).hasSize(Breaker.FAILURES);

        clock.addAndGet(Breaker.FIRST_REST.toNanos());
        for (int i = 0; i < 10; i++) both.generate(ASK).text();
        assertThat(first.asked).hasSize(Breaker.FAILURES + 1);
        assertThat(second.asked).hasSize(20);
    }

    @Test
    void anAnswerEndsTheRest() {
        AtomicLong clock = new AtomicLong();
        SpokenBackend first = new SpokenBackend("first", call -> {
            if (call <= Breaker.FAILURES) throw new BackendException(UNREACHABLE, "not there");
            return new Said(List.of("back"), null);
        });
        Backend both = new FirstOf(List.of(first, second), clock::get);
        for (int i = 0; i < Breaker.FAILURES; i++) both.generate(ASK).text();

        clock.addAndGet(Breaker.FIRST_REST.toNanos());

        assertThat(both.generate(ASK).text()).isEqualTo("back");
        assertThat(both.generate(ASK).text()).isEqualTo("back");
    }

    @Test
    void whoIsBusyIsNotIll() {
        SpokenBackend first = SpokenBackend.refusing("first", Kind.OVERLOADED);
        Backend both = Backend.firstOf(first, second);

        for (int i = 0; i < 10; i++) both.generate(ASK).text();

        assertThat(first.asked).hasSize(10);
    }

    @Test
    void closingThemClosesEach() {
        SpokenBackend first = SpokenBackend.saying("first");

        Backend.firstOf(first, second).close();

        assertThat(first.closed).isTrue();
        assertThat(second.closed).isTrue();
    }

    @Test
    void closingTheAnswerWhileNobodyHasSpokenAsksNobodyElse() throws Exception {
        Silent silent = new Silent();
        Generation generation = Backend.firstOf(new SpokenBackend("first", call -> silent), second)
                .generate(ASK);
        Thread closer = Thread.startVirtualThread(generation::close);

        assertThatThrownBy(generation.iterator()::hasNext)
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(CANCELLED));
        closer.join();
        assertThat(second.asked).isEmpty();
    }
}
