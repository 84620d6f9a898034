package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A JVM in which native code fails for real, in the way its argument names. What it prints is the outcome; whether it
/// ends by itself is a part of it.
final class FaultChild {

    private static final CountDownLatch DIED = new CountDownLatch(1);

    private FaultChild() {}

    public static void main(String[] args) throws Throwable {
        Path file = Files.createTempFile("chasqui-fault", ".gguf");
        try {
            TinyModel.write(file, 1);
            Llama.load();
            NativeFaults.onDeath(fault -> {
                say("died: " + fault.getMessage());
                DIED.countDown();
            });
            switch (args[0]) {
                case "load" -> load(file);
                case "throw" -> thrown(file);
                case "decode" -> decode(file);
                case "worker" -> worker(file);
                case "stuck" -> stuck(file, FaultChild::parks);
                case "spinning" -> stuck(file, FaultChild::spins);
                case "terminate" -> {
                    nativeThread(terminate());
                    DIED.await(20, TimeUnit.SECONDS); // the process ends meanwhile, or the test tells that it did not
                }
                case "abort" -> call("abort");
                case "segv" -> segv(file);
                default -> throw new IllegalArgumentException(args[0]);
            }
            say("still here");
        } finally {
            Files.delete(file);
        }
    }

    /// A model of no layers, which llama.cpp asserts that no model is; then a good one, and bad ones again.
    private static void load(Path file) throws Exception {
        Path bad = Files.createTempFile("chasqui-fault", ".gguf");
        try {
            TinyModel.seeded(1).withLayers(0).write(bad);
            for (int i = 0; i <= NativeFaults.MOST_BORNE; i++) {
                if (i == 1) answer(file);
                say("dead before: " + NativeFaults.dead().isPresent());
                try (LlamaModel model = LlamaModel.open(bad, ModelSettings.DEFAULT)) {
                    say("loaded " + model.layers());
                } catch (NativeFaultException e) {
                    say("fault: " + e.getMessage());
                }
            }
            DIED.await();
            refused(file);
        } finally {
            Files.delete(bad);
        }
    }

    /// A token that does not exist: C++ throws, and nobody catches.
    private static void thrown(Path file) throws Exception {
        LlamaModel model = LlamaModel.open(file, ModelSettings.DEFAULT);
        try {
            int attribute = DeepStack.call(
                    1 << 20, () -> VocabH.vocabGetAttr(model.vocabulary().address(), 999_999));
            say("attribute " + attribute);
        } catch (NativeFaultException e) {
            say("fault: " + e.getMessage());
        }
        DIED.await();
        model.close();
        refused(file);
    }

    /// More rows than the context takes, past the owner that would refuse them.
    private static void decode(Path file) throws Exception {
        LlamaModel model = LlamaModel.open(file, ModelSettings.DEFAULT);
        LlamaContext context =
                model.newContext(ContextSettings.of(256).withBatch(8, 8).withThreads(1, 1));
        TokenBatch rows = new TokenBatch(64);
        for (int i = 0; i < 64; i++) rows.add(5, i, 0, false);
        NativeBatch batch = new NativeBatch(Arena.global(), 64);
        batch.fill(rows);
        CountDownLatch inside = new CountDownLatch(1);
        Thread.ofPlatform().daemon().start(() -> {
            context.enter();
            inside.countDown();
            LlamaH.decode(context.address(), batch.struct());
        });
        inside.await();
        DIED.await();
        context.close();
        model.close();
        refused(file);
    }

    /// A thread that Java did not start fails, as one of ggml's own would.
    private static void worker(Path file) throws Throwable {
        answer(file);
        nativeThread(upcall("fails", MethodType.methodType(MemorySegment.class, MemorySegment.class)));
        DIED.await();
        refused(file);
    }

    /// A decode that comes no further than its tenth node.
    private static void stuck(Path file, Runnable way) throws Throwable {
        LlamaModel model = LlamaModel.open(file, ModelSettings.DEFAULT);
        LlamaContext context =
                model.newContext(ContextSettings.of(256).withBatch(8, 8).withThreads(2, 2));
        Faults.everyNodeOf(context, node -> {
            if (node == 10) way.run();
        });
        Thread.ofPlatform().daemon().start(() -> context.decode(rows()));
        DIED.await();
        context.close();
        model.close();
        refused(file);
    }

    private static void parks() {
        while (true) LockSupport.park();
    }

    private static void spins() {
        while (true) Thread.onSpinWait();
    }

    private static void segv(Path file) {
        try (LlamaModel model = LlamaModel.open(file, ModelSettings.DEFAULT)) {
            say("control: " + VocabH.vocabIsEog(MemorySegment.ofAddress(16), 3) + model.layers());
        }
    }

    private static TokenBatch rows() {
        TokenBatch rows = new TokenBatch(4);
        for (int i = 0; i < 4; i++) rows.add(5, i, 0, i == 3);
        return rows;
    }

    private static void answer(Path file) {
        try (LlamaModel model = LlamaModel.open(file, ModelSettings.DEFAULT);
                LlamaContext context =
                        model.newContext(ContextSettings.of(256).withBatch(8, 8).withThreads(1, 1))) {
            say("decode: " + context.decode(rows()) + " "
                    + Arrays.hashCode(context.logits(3)) / Arrays.hashCode(context.logits(3)));
        }
    }

    private static void refused(Path file) {
        try {
            answer(file);
        } catch (NativeFaultException e) {
            say("refused: " + e.getMessage());
        }
    }

    @SuppressWarnings("unused")
    private static MemorySegment fails(MemorySegment nothing) {
        try {
            Faults.abort("a worker of ggml's");
        } catch (Throwable t) {
            say("threw " + t);
        }
        return nothing;
    }

    private static void nativeThread(MemorySegment start) throws Throwable {
        Linker linker = Linker.nativeLinker();
        MethodHandle create = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("pthread_create"),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
        int failed = (int)
                create.invokeExact(Arena.global().allocate(JAVA_LONG), MemorySegment.NULL, start, MemorySegment.NULL);
        if (failed != 0) throw new IllegalStateException("no thread");
    }

    private static void call(String function) throws Throwable {
        Linker linker = Linker.nativeLinker();
        linker.downcallHandle(linker.defaultLookup().findOrThrow(function), FunctionDescriptor.ofVoid())
                .invokeExact();
    }

    private static MemorySegment terminate() {
        return SymbolLookup.libraryLookup("libstdc++.so.6", Arena.global()).findOrThrow("_ZSt9terminatev");
    }

    private static MemorySegment upcall(String method, MethodType type) throws ReflectiveOperationException {
        return Linker.nativeLinker()
                .upcallStub(
                        MethodHandles.lookup().findStatic(FaultChild.class, method, type),
                        FunctionDescriptor.of(ADDRESS, ADDRESS),
                        Arena.global());
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
