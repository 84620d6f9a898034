package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Digest;
import dev.chasqui.api.Message;
import dev.chasqui.api.ModelLibrary;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Progress;
import dev.chasqui.store.Catalogue;
import dev.chasqui.store.CatalogueEntry;
import dev.chasqui.store.ModelFetcher;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.Modelfile;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// A store's models, managed by the names a caller gives them.
record StoreLibrary(ModelStore store) implements ModelLibrary {

    @Override
    public void copy(String source, String destination) {
        store.copy(ModelName.parse(source), ModelName.parse(destination));
    }

    @Override
    public void delete(String model) {
        store.delete(ModelName.parse(model));
    }

    @Override
    public boolean hasBlob(String digest) {
        return store.hasBlob(Digest.parse(digest));
    }

    @Override
    public boolean takeBlob(String digest, InputStream content) {
        return store.takeBlob(Digest.parse(digest), content);
    }

    @Override
    public void create(CreateRequest request, Progress progress) {
        if (request.quantize().isPresent()) throw BackendException.invalid("quantize is not there yet");
        store.create(ModelName.parse(request.model()), modelfile(request), store.root(), progress);
    }

    /// The same in a Modelfile's words; its files are blobs of the store.
    private Modelfile modelfile(CreateRequest request) {
        List<Modelfile.Command> commands = new ArrayList<>();
        request.from().ifPresent(from -> commands.add(new Modelfile.Command("model", from)));
        new TreeMap<>(request.files())
                .values()
                .forEach(digest -> commands.add(new Modelfile.Command("model", blob(digest))));
        request.adapters().values().forEach(digest -> commands.add(new Modelfile.Command("adapter", blob(digest))));
        request.template().ifPresent(text -> commands.add(new Modelfile.Command("template", text)));
        request.system().ifPresent(text -> commands.add(new Modelfile.Command("system", text)));
        request.licenses().forEach(text -> commands.add(new Modelfile.Command("license", text)));
        request.parameters().toMap().forEach((name, value) -> {
            List<?> values = value instanceof List<?> list ? list : List.of(value);
            values.forEach(one -> commands.add(new Modelfile.Command(name, one.toString())));
        });
        for (Message message : request.messages()) {
            commands.add(new Modelfile.Command("message", message.role() + ": " + message.content()));
        }
        request.renderer().ifPresent(text -> commands.add(new Modelfile.Command("renderer", text)));
        request.parser().ifPresent(text -> commands.add(new Modelfile.Command("parser", text)));
        request.requires().ifPresent(text -> commands.add(new Modelfile.Command("requires", text)));
        return new Modelfile(commands);
    }

    private String blob(Digest digest) {
        return store.root().resolve("blobs").resolve(digest.fileName()).toString();
    }

    @Override
    public void pull(String model, boolean insecure, Progress progress) {
        CatalogueEntry entry = Catalogue.standard()
                .find(ModelName.parse(model))
                .orElseThrow(() -> BackendException.modelNotFound(model));
        ModelFetcher.fetch(entry, store, progress);
    }

    @Override
    public void push(String model, boolean insecure, Progress progress) {
        throw BackendException.invalid("push is not there yet");
    }
}
