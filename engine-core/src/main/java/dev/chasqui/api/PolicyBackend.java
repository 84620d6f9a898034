package dev.chasqui.api;

import dev.chasqui.api.BackendException.Kind;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// A backend as a client with a [ClientPolicy] uses it.
final class PolicyBackend extends ForwardingBackend {

    private static final Set<Kind> WORTH_ANOTHER_TRY = EnumSet.of(Kind.UNREACHABLE, Kind.FAILED, Kind.OVERLOADED);

    private final Backend backend;
    private final ClientPolicy policy;

    PolicyBackend(Backend backend, ClientPolicy policy) {
        this.backend = backend;
        this.policy = policy;
    }

    @Override
    public Generation generate(GenerateRequest request) {
        Settings settings = request.settings();
        return begun(settings, left -> backend.generate(request.withSettings(left)));
    }

    @Override
    public Generation chat(ChatRequest request) {
        Settings settings = request.settings();
        return begun(settings, left -> backend.chat(request.withSettings(left)));
    }

    @Override
    public Embeddings embed(EmbedRequest request) {
        return new Attempts(request.urgency()).until(left -> backend.embed(request.withUrgency(left)));
    }

    @Override
    public void close() {
        backend.close();
    }

    @Override
    Backend other() {
        return backend;
    }

    private Generation begun(Settings settings, Function<Settings, Generation> ask) {
        Options options = settings.options().over(Options.NONE.with(Option.TEMPERATURE, policy.temperature()));
        Settings asked = settings.withOptions(options);
        Attempts attempts = new Attempts(settings.urgency());
        Generation generation = new Retried(attempts.tries(left -> ask.apply(asked.withUrgency(left))));
        return policy.stripsThinking() ? new WithoutThinking(generation) : generation;
    }

    /// One call's tries.
    private final class Attempts {

        private final Urgency urgency;
        private final long startedAt = System.nanoTime();
        private int failed;

        Attempts(Urgency urgency) {
            this.urgency = urgency;
        }

        Retried.Tries tries(Function<Urgency, Generation> ask) {
            return new Retried.Tries() {
                @Override
                public Retried.Try next(Optional<BackendException> failure) {
                    failure.ifPresent(Attempts.this::pause);
                    return until(left -> Retried.Try.of(ask.apply(left), backend.name()));
                }

                @Override
                public void answered() {}
            };
        }

        <T> T until(Function<Urgency, T> ask) {
            while (true) {
                try {
                    return ask.apply(urgency.withDeadline(left()));
                } catch (BackendException e) {
                    pause(e);
                }
            }
        }

        /// Returns if there is to be another try.
        private void pause(BackendException why) {
            failed++;
            if (failed >= policy.tries() || !WORTH_ANOTHER_TRY.contains(why.kind())) throw why;
            Duration pause = policy.pause(failed);
            if (pause.compareTo(left()) >= 0) throw why;
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new BackendException(Kind.CANCELLED, "request canceled", e);
            }
        }

        private Duration left() {
            Duration left = urgency.deadline().orElse(policy.timeout()).minusNanos(System.nanoTime() - startedAt);
            return left.compareTo(Duration.ofMillis(1)) < 0 ? Duration.ofMillis(1) : left;
        }
    }
}
