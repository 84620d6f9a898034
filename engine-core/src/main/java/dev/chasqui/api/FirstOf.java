package dev.chasqui.api;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/// Several backends as one: the first that can answers.
///
/// A request goes to the next one when the one before refuses it for want of room, time or the model, cannot be
/// reached, fails or dies, and no piece of an answer was given yet. A request that is wrong is wrong everywhere, and
/// stays with the first. Its deadline holds for all of them together.
final class FirstOf extends ForwardingBackend {

    private final List<Member> members;
    private final LongSupplier nanoTime;

    record Member(Backend backend, Breaker breaker) {}

    FirstOf(List<Backend> backends, LongSupplier nanoTime) {
        if (backends.isEmpty()) throw new IllegalArgumentException("backends is empty; expected at least one");
        this.members = backends.stream()
                .map(backend -> new Member(backend, new Breaker(nanoTime)))
                .toList();
        this.nanoTime = nanoTime;
    }

    @Override
    public String name() {
        return "the first of "
                + members.stream().map(member -> member.backend().name()).toList();
    }

    @Override
    public Generation generate(GenerateRequest request) {
        Settings settings = request.settings();
        return begun(
                settings.urgency(),
                (backend, left) -> backend.generate(request.withSettings(settings.withUrgency(left))));
    }

    @Override
    public Generation chat(ChatRequest request) {
        Settings settings = request.settings();
        return begun(
                settings.urgency(), (backend, left) -> backend.chat(request.withSettings(settings.withUrgency(left))));
    }

    @Override
    public Embeddings embed(EmbedRequest request) {
        return asked(request.urgency(), (backend, left) -> backend.embed(request.withUrgency(left)));
    }

    @Override
    public String render(GenerateRequest request) {
        return asked(backend -> backend.render(request));
    }

    @Override
    public String render(ChatRequest request) {
        return asked(backend -> backend.render(request));
    }

    @Override
    public int[] tokenize(String model, String text, boolean addSpecial, boolean parseSpecial) {
        return asked(backend -> backend.tokenize(model, text, addSpecial, parseSpecial));
    }

    @Override
    public String detokenize(String model, int... tokens) {
        return asked(backend -> backend.detokenize(model, tokens));
    }

    @Override
    public List<ModelSummary> models() {
        return asked(Backend::models);
    }

    @Override
    public ModelDetails show(String model) {
        return asked(backend -> backend.show(model));
    }

    @Override
    public List<RunningModel> running() {
        return asked(Backend::running);
    }

    @Override
    public String version() {
        return asked(Backend::version);
    }

    /// Only when nobody can answer.
    @Override
    public List<String> obstacles() {
        List<String> all = new ArrayList<>();
        for (Member member : members) {
            List<String> obstacles = member.backend().obstacles();
            if (obstacles.isEmpty()) return List.of();
            obstacles.forEach(one -> all.add(member.backend().name() + ": " + one));
        }
        return all;
    }

    /// Of each, and why one that is not the last hope cannot answer.
    @Override
    public List<String> warnings() {
        List<String> all = new ArrayList<>();
        for (Member member : members) {
            Stream.concat(member.backend().obstacles().stream(), member.backend().warnings().stream())
                    .forEach(one -> all.add(member.backend().name() + ": " + one));
        }
        return all;
    }

    @Override
    public void close() {
        members.forEach(member -> member.backend().close());
    }

    /// The first one's own affairs.
    @Override
    Backend other() {
        return members.getFirst().backend;
    }

    private <T> T asked(Function<Backend, T> question) {
        return asked(Urgency.NONE, (backend, left) -> question.apply(backend));
    }

    private <T> T asked(Urgency urgency, Turns.Question<T> question) {
        Turns turns = new Turns(urgency, inOrder(), nanoTime);
        T reply = turns.first(question);
        turns.answered();
        return reply;
    }

    private Generation begun(Urgency urgency, Turns.Question<Generation> question) {
        return new Retried(new Turns(urgency, inOrder(), nanoTime).tries(question));
    }

    /// Those that rest come last: a try with them is better than none.
    private List<Member> inOrder() {
        List<Member> ready = new ArrayList<>();
        List<Member> resting = new ArrayList<>();
        members.forEach(member -> (member.breaker.mayAsk() ? ready : resting).add(member));
        ready.addAll(resting);
        return ready;
    }
}
