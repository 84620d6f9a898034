package dev.chasqui.api;

import java.util.List;
import java.util.Optional;

/// Asks another backend, which is to be chosen for each question.
abstract class ForwardingBackend implements Backend {

    /// Who is asked what a subclass does not answer itself.
    abstract Backend other();

    @Override
    public String name() {
        return other().name();
    }

    @Override
    public String render(GenerateRequest request) {
        return other().render(request);
    }

    @Override
    public String render(ChatRequest request) {
        return other().render(request);
    }

    @Override
    public int[] tokenize(String model, String text, boolean addSpecial, boolean parseSpecial) {
        return other().tokenize(model, text, addSpecial, parseSpecial);
    }

    @Override
    public String detokenize(String model, int... tokens) {
        return other().detokenize(model, tokens);
    }

    @Override
    public List<ModelSummary> models() {
        return other().models();
    }

    @Override
    public ModelDetails show(String model) {
        return other().show(model);
    }

    @Override
    public List<RunningModel> running() {
        return other().running();
    }

    @Override
    public Optional<ModelLibrary> library() {
        return other().library();
    }

    @Override
    public List<String> obstacles() {
        return other().obstacles();
    }

    @Override
    public List<String> warnings() {
        return other().warnings();
    }

    @Override
    public String version() {
        return other().version();
    }
}
