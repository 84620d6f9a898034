package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What becomes of calls when the native code of this JVM is dead.
class FallbackTest {

    private final List<String> closed = new ArrayList<>();
    private final AtomicInteger made = new AtomicInteger();
    private Optional<String> death = Optional.empty();
    private final Work here = scripted("here");
    private final Work apart = scripted("apart");
    private final Fallback fallback = new Fallback(here, () -> {
        made.incrementAndGet();
        return apart;
    });

    @Test
    void asLongAsItLivesNobodyElseIsMade() {
        assertThat(fallback.now()).isSameAs(here);
        assertThat(fallback.warnings()).isEmpty();
        fallback.close();

        assertThat(made).hasValue(0);
        assertThat(closed).containsExactly("here");
    }

    @Test
    void onceItIsDeadAnotherProcessAnswersAndItIsSaid() {
        death = Optional.of("GGML_ASSERT in llama_decode");

        assertThat(fallback.now()).isSameAs(apart);
        assertThat(fallback.now()).isSameAs(apart);
        assertThat(made).hasValue(1);
        assertThat(fallback.now().obstacles()).isEmpty();
        assertThat(fallback.warnings())
                .singleElement()
                .asString()
                .startsWith(
                        "the engine in this JVM is dead (GGML_ASSERT in llama_decode); a process of its own answers")
                .contains("Restart this JVM");
        fallback.close();
        assertThat(closed).containsExactly("apart", "here");
    }

    @Test
    void whoDiesAfterTheEngineWasClosedIsNotReplaced() {
        fallback.close();
        death = Optional.of("too late");

        assertThat(fallback.now()).isSameAs(here);
        assertThat(made).hasValue(0);
    }

    private Work scripted(String name) {
        return (Work) Proxy.newProxyInstance(
                Work.class.getClassLoader(),
                new Class<?>[] {Work.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "dead" -> name.equals("here") ? death : Optional.empty();
                    case "obstacles", "warnings" -> List.of();
                    case "close" -> closed.add(name) ? null : null;
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> name.hashCode();
                    case "toString" -> name;
                    default -> throw new AssertionError(method);
                });
    }
}
