package dev.chasqui.misuse;

import dev.chasqui.api.EmbedRequest;
import dev.chasqui.engine.Engine;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.llama.ModelSettings;
import dev.chasqui.llama.Quantization;
import dev.chasqui.llama.Quantizer;
import dev.chasqui.llama.common.MemoryFit;
import dev.chasqui.llama.common.MemoryRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// What is given for a model and is none.
final class FileMisuses {

    private FileMisuses() {}

    static List<Misuse> all(Path tiny) throws IOException {
        Path folder = tiny.getParent();
        byte[] whole = Files.readAllBytes(tiny);
        List<Path> none = new ArrayList<>(List.of(folder.resolve("missing"), folder, Path.of("/dev/null")));
        none.add(file(folder, "empty", new byte[0]));
        none.add(file(folder, "text", "FROM x".getBytes()));
        none.add(file(folder, "magic", "GGUF".getBytes()));
        none.add(file(folder, "noise", noise(5_000)));
        none.add(file(folder, "noise-behind-magic", join("GGUF\3\0\0\0".getBytes(), noise(5_000))));
        none.add(file(folder, "shell", "#!/bin/sh\nexit 0\n".getBytes()));
        none.add(Files.createSymbolicLink(folder.resolve("circle"), folder.resolve("circle")));
        for (int cut : new int[] {8, 24, 100, 5_000, whole.length / 2, whole.length - 1}) {
            none.add(file(folder, "cut-" + cut, Arrays.copyOf(whole, cut)));
        }
        List<Misuse> misuses = new ArrayList<>();
        for (Path path : none) {
            String name = folder.relativize(path).toString();
            misuses.add(Misuse.refused("a model that is " + (name.isEmpty() ? "a folder" : name), () -> {
                try (LlamaModel model = LlamaModel.open(path, ModelSettings.DEFAULT)) {
                    model.layers();
                }
            }));
            misuses.add(Misuse.refused("an engine over " + (name.isEmpty() ? "a folder" : name), () -> {
                try (Engine engine = Engine.open(path, Configured.CONFIG)) {
                    Asked.answer(engine);
                }
            }));
        }
        misuses.addAll(List.of(
                Misuse.refusedEach("an adapter that is", none.subList(0, 8), path -> {
                    try (LlamaModel model =
                            LlamaModel.open(tiny, ModelSettings.DEFAULT.withAdapter(Optional.of(path)))) {
                        model.layers();
                    }
                }),
                Misuse.refused("a model as its own adapter", () -> {
                    try (LlamaModel model =
                            LlamaModel.open(tiny, ModelSettings.DEFAULT.withAdapter(Optional.of(tiny)))) {
                        model.layers();
                    }
                }),
                Misuse.refused(
                        "a listener that throws while a model is loaded",
                        () -> LlamaModel.open(tiny, ModelSettings.DEFAULT.withProgress(fraction -> {
                            throw new IllegalStateException("no");
                        }))),
                Misuse.refused(
                        "a listener that gives up at once",
                        () -> LlamaModel.open(tiny, ModelSettings.DEFAULT.withProgress(fraction -> false))),
                Misuse.borne("a negative number of layers on GPUs, and too large a one", () -> {
                    for (int layers : new int[] {-7, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
                        LlamaModel.open(tiny, ModelSettings.DEFAULT.withGpuLayers(layers))
                                .close();
                    }
                }),
                Misuse.either(
                        "tensors that go to memory which is not there",
                        () -> LlamaModel.open(
                                        tiny,
                                        ModelSettings.DEFAULT.withExceptions(
                                                List.of(new ModelSettings.Elsewhere("((((", "NOWHERE"))))
                                .close()),
                Misuse.refusedEach(
                        "the memory of", none.subList(0, 5), path -> MemoryFit.of(path, MemoryRequest.of(256, 1))),
                Misuse.refused(
                        "quantising what is not there",
                        () -> Quantizer.quantize(
                                folder.resolve("missing"), folder.resolve("q"), Quantization.Q8_0, 1, tensor -> {})),
                Misuse.refused(
                        "quantising onto a file that is there",
                        () -> Quantizer.quantize(tiny, tiny, Quantization.Q8_0, 1, tensor -> {})),
                Misuse.refused(
                        "quantising with no thread",
                        () -> Quantizer.quantize(tiny, folder.resolve("q"), Quantization.Q8_0, 0, tensor -> {})),
                Misuse.refused(
                        "quantising noise",
                        () -> Quantizer.quantize(
                                folder.resolve("noise-behind-magic"),
                                folder.resolve("q"),
                                Quantization.Q8_0,
                                1,
                                tensor -> {})),
                Misuse.borne("deleting the file of a model that answers", () -> {
                    Path copy = Files.copy(tiny, folder.resolve("copy.gguf"));
                    try (Engine engine = Engine.open(copy, Configured.CONFIG)) {
                        Asked.answer(engine);
                        String model = Asked.model(engine);
                        Files.delete(copy);
                        Asked.begin(engine.generate(
                                dev.chasqui.api.GenerateRequest.of(model, "Hi").withSettings(Asked.SHORT)));
                        engine.embed(EmbedRequest.of(model, "Hi"));
                    }
                })));
        return misuses;
    }

    private static byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        new Random(7).nextBytes(noise);
        return noise;
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private static Path file(Path folder, String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }
}
