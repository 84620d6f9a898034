package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Options;
import dev.chasqui.api.RunningModel;
import dev.chasqui.llama.TinyModel;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.DoublePredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Who gets into memory, in which order, and who has to go: over real tiny models, whose loads a test can hold.
@Timeout(60)
class ModelPoolTest {

    private static final Turns AT_ONCE = new Turns(load -> Duration.ZERO);
    private static final Turns NEVER = new Turns(load -> Duration.ofDays(1));

    @TempDir
    private static Path folder;

    private static ModelSource a;
    private static ModelSource b;
    private static ModelSource c;

    private final Held loads = new Held(new NativeLoading(config(1)));
    private final List<FutureTask<ModelPool.Lease>> asked = new ArrayList<>();
    private ModelPool pool = pool(1, AT_ONCE);

    @BeforeAll
    static void threeModels() throws IOException {
        a = model("a", 1);
        b = model("b", 2);
        c = model("c", 3);
    }

    /// What always holds: nobody waits for ever, and a closed pool holds no model.
    @AfterEach
    void everybodyHeardSomething() throws Exception {
        loads.holds.values().forEach(CountDownLatch::countDown);
        pool.close();
        for (FutureTask<?> request : asked) {
            try {
                request.get(20, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                assertThat(e.getCause()).isInstanceOf(BackendException.class);
            }
        }
        assertThat(pool.statistics().loaded()).isZero();
        assertThat(pool.statistics().waiting()).isZero();
    }

    @Test
    void aRequestForAnotherModelWaitsUntilTheOneInUseIsFree() throws Exception {
        ModelPool.Lease first = ask(a).get();
        FutureTask<ModelPool.Lease> second = ask(b);
        awaitWaiting(1);
        assertThat(second).isNotDone();

        first.release();

        assertThat(second.get().model().source()).isEqualTo(b);
        assertThat(pool.statistics().evicted()).isEqualTo(1);
    }

    @Test
    void aModelInUseTakesNoNewRequestsWhenAnotherHasWaitedItsTurn() throws Exception {
        ModelPool.Lease first = ask(a).get();
        FutureTask<ModelPool.Lease> other = ask(b);
        awaitEvictions(1);
        FutureTask<ModelPool.Lease> late = ask(a);
        awaitWaiting(2);

        first.release();

        ModelPool.Lease turn = other.get();
        assertThat(late).as("waits behind the one that waited before").isNotDone();
        turn.release();
        assertThat(late.get().model().source()).isEqualTo(a);
        assertThat(pool.statistics().loads()).isEqualTo(3);
    }

    @Test
    void untilThenItTakesEverybody() throws Exception {
        pool = pool(1, NEVER);
        ModelPool.Lease first = ask(a).get();
        ask(b);
        awaitWaiting(1);

        ModelPool.Lease second = ask(a).get();

        first.release();
        assertThat(pool.statistics().evicted()).isZero();
        second.release();
        awaitEvictions(1);
    }

    @Test
    void waitingModelsAreLoadedInTheOrderOfTheirFirstRequests() throws Exception {
        ModelPool.Lease first = ask(a).get();
        FutureTask<ModelPool.Lease> second = ask(c);
        awaitWaiting(1);
        FutureTask<ModelPool.Lease> third = ask(b);
        awaitWaiting(2);
        FutureTask<ModelPool.Lease> joinsTheSecond = ask(c);
        awaitWaiting(3);

        first.release();
        second.get().release();
        joinsTheSecond.get().release();
        third.get().release();

        assertThat(loads.order).containsExactly("a", "c", "b");
    }

    @Test
    void aLoadDelaysNobodyWhoUsesAnotherModel() throws Exception {
        pool = pool(2, AT_ONCE);
        ask(a).get().release();
        CountDownLatch held = loads.hold(b);
        FutureTask<ModelPool.Lease> slow = ask(b);
        loads.awaitBegun(b);

        ask(a).get().release();

        assertThat(slow).isNotDone();
        held.countDown();
        slow.get().release();
    }

    @Test
    void whoLeavesWhileWaitingForRoomLosesItsPlaceAtOnce() throws Exception {
        ModelPool.Lease first = ask(a).get();
        Thread leaver = start(b);
        awaitWaiting(1);
        FutureTask<ModelPool.Lease> next = ask(c);
        awaitWaiting(2);

        leaver.interrupt();
        leaver.join();
        awaitWaiting(1);
        first.release();

        next.get().release();
        assertThat(loads.order).containsExactly("a", "c");
        assertThatThrownBy(() -> asked.get(1).get())
                .cause()
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.CANCELLED));
    }

    @Test
    void aLoadThatNobodyWaitsForIsGivenUpWhenAnotherNeedsTheRoom() throws Exception {
        loads.hold(a);
        Thread leaver = start(a);
        loads.awaitBegun(a);
        leaver.interrupt();
        leaver.join();

        FutureTask<ModelPool.Lease> next = ask(b);

        next.get().release();
        assertThat(pool.statistics().failures()).isZero();
        assertThat(pool.statistics().loads()).isEqualTo(1);
    }

    @Test
    void aLoadThatNobodyWaitsForGoesOnWhereThereIsRoom() throws Exception {
        CountDownLatch held = loads.hold(a);
        Thread leaver = start(a);
        loads.awaitBegun(a);
        leaver.interrupt();
        leaver.join();

        held.countDown();

        ask(a).get().release();
        assertThat(loads.order).containsExactly("a");
    }

    @Test
    void everybodyWhoWaitsHearsThatALoadFailed() throws Exception {
        CountDownLatch held = loads.hold(a);
        loads.failing = true;
        FutureTask<ModelPool.Lease> first = ask(a);
        FutureTask<ModelPool.Lease> second = ask(a);
        awaitWaiting(2);

        held.countDown();

        for (FutureTask<ModelPool.Lease> request : List.of(first, second)) {
            assertThatThrownBy(request::get).cause().hasMessage("no such thing");
        }
        assertThat(pool.statistics().failures()).isEqualTo(1);
        loads.failing = false;
        ask(a).get().release();
    }

    @Test
    void idleModelsGoTheOneIdleLongestFirstAndThoseThatStayForEverLast() throws Exception {
        pool = pool(2, AT_ONCE);
        pool.acquire(a, Optional.of(KeepAlive.FOREVER), Options.NONE).release();
        ask(b).get().release();

        ask(c).get().release();

        assertThat(pool.running()).extracting(RunningModel::name).containsExactly("a", "c");
    }

    @Test
    void idleModelsLeaveAGpuThatAnotherNeeds() throws Exception {
        pool = pool(3, AT_ONCE);
        ask(a).get().release();
        ask(b).get().release();
        loads.squeezed = () -> pool.running().size() > 1;

        ask(c).get().release();

        assertThat(pool.running()).extracting(RunningModel::name).containsExactlyInAnyOrder("b", "c");
    }

    @Test
    void keepAliveZeroFreesTheModelWithItsLastRequest() throws Exception {
        ModelPool.Lease first = pool.acquire(a, Optional.of(KeepAlive.UNLOAD), Options.NONE);
        ModelPool.Lease second = ask(a).get();
        first.release();
        assertThat(pool.running()).hasSize(1);

        second.release();

        assertThat(pool.running()).isEmpty();
        assertThat(pool.statistics().expired()).isEqualTo(1);
    }

    @Test
    void aModelThatIsLeavingIsListedUntilItsLastAnswer() throws Exception {
        ModelPool.Lease first = ask(a).get();
        ask(b);
        awaitEvictions(1);

        assertThat(pool.running()).extracting(RunningModel::name).containsExactly("a");
        first.release();
    }

    @Test
    void roomInMemoryIsWaitedForLikeRoomInNumber() throws Exception {
        long oneModel = loads.prepare(a, Options.NONE).plan().neededBytes();
        // With one model loaded, mapped or not, there is no room for a second.
        pool = new ModelPool(config(3), loads, () -> machine(oneModel + MemoryPlan.RESERVE_BYTES), AT_ONCE);
        ModelPool.Lease first = ask(a).get();
        FutureTask<ModelPool.Lease> second = ask(b);
        awaitWaiting(1);
        assertThat(second).isNotDone();

        first.release();

        second.get().release();
        assertThat(pool.statistics().evicted()).isEqualTo(1);
    }

    @Test
    void whatCanNeverFitIsRefusedWithTheNumbersAndNobodyGoes() throws Exception {
        long half = loads.prepare(a, Options.NONE).plan().neededBytes() / 2;
        pool = new ModelPool(config(3), loads, () -> machine(half + MemoryPlan.RESERVE_BYTES), AT_ONCE);

        assertThatThrownBy(() -> ask(a).get())
                .cause()
                .hasMessageMatching("model 'a' needs \\d+ MiB \\(weights 1 MiB, repacked weights \\d+ MiB, KV cache for"
                        + " 2048 tokens \\d+ MiB, buffers \\d+ MiB\\) and 128 MiB spare; \\d+ MiB of memory are"
                        + " available\\. Lower num_ctx, unload another model, or use a smaller one");
        assertThat(pool.statistics().failures()).isEqualTo(1);
    }

    @Test
    void aModelWhoseFileIsCutOffIsUnloadedBeforeTheNextRequestAndReadAnew() throws Exception {
        ModelSource model = model("cut", 4);
        ask(model).get().release();
        byte[] whole = Files.readAllBytes(model.weights());
        FileTime written = Files.getLastModifiedTime(model.weights());
        try (FileChannel file = FileChannel.open(model.weights(), StandardOpenOption.WRITE)) {
            file.truncate(whole.length / 2);
        }

        assertThatThrownBy(() -> ask(model).get()).cause().isInstanceOf(BackendException.class);
        Files.write(model.weights(), whole);
        Files.setLastModifiedTime(model.weights(), written);

        assertThat(ask(model).get().model().source()).isEqualTo(model);
    }

    @Test
    void aModelWhoseFileIsWrittenToIsFreedThoughItIsInUse() throws Exception {
        ModelSource model = model("touched", 5);
        ModelPool.Lease lease = ask(model).get();

        FileTime written = Files.getLastModifiedTime(model.weights());

        Files.setLastModifiedTime(model.weights(), FileTime.fromMillis(0));

        while (pool.statistics().loaded() != 0) Thread.onSpinWait();
        lease.release();
        assertThatThrownBy(() -> ask(model).get()).cause().hasMessageEndingWith("open it again");
        Files.setLastModifiedTime(model.weights(), written);
        assertThat(ask(model).get().model()).isNotSameAs(lease.model());
    }

    @Test
    void aModelWhoseFileIsReplacedStays() throws Exception {
        ModelSource model = model("replaced", 6);
        ModelPool.Lease lease = ask(model).get();
        Path other = folder.resolve("other.gguf");
        TinyModel.write(other, 7);

        Files.move(other, model.weights(), StandardCopyOption.REPLACE_EXISTING);

        assertThat(ask(model).get().model()).isSameAs(lease.model());
        Files.delete(model.weights());
        assertThat(ask(model).get().model()).isSameAs(lease.model());
    }

    @Test
    void closingAnswersThoseWhoWait() throws Exception {
        ask(a).get();
        FutureTask<ModelPool.Lease> second = ask(b);
        awaitWaiting(1);

        pool.close();

        assertThatThrownBy(second::get).cause().hasMessageContaining("the engine is closed");
    }

    private static ModelSource model(String name, long seed) throws IOException {
        Path file = folder.resolve(name + ".gguf");
        TinyModel.write(file, seed);
        return Models.ofFile(file).source(name);
    }

    private static EngineConfig config(int maxLoaded) {
        return EngineConfig.fromEnvironment(Map.of()).withMaxLoaded(maxLoaded);
    }

    private static MachineMemory machine(long available) {
        return new MachineMemory(1L << 40, available, OptionalLong.empty());
    }

    private ModelPool pool(int maxLoaded, Turns turns) {
        return new ModelPool(config(maxLoaded), loads, () -> machine(1L << 40), turns);
    }

    private FutureTask<ModelPool.Lease> ask(ModelSource model) {
        start(model);
        return asked.getLast();
    }

    private Thread start(ModelSource model) {
        FutureTask<ModelPool.Lease> request =
                new FutureTask<>(() -> pool.acquire(model, Optional.empty(), Options.NONE));
        asked.add(request);
        return Thread.startVirtualThread(request);
    }

    private void awaitWaiting(int requests) {
        while (pool.statistics().waiting() != requests) Thread.onSpinWait();
    }

    private void awaitEvictions(long models) {
        while (pool.statistics().evicted() != models) Thread.onSpinWait();
    }

    /// Real loads that a test can hold, see and break.
    private static final class Held implements Loading {

        private final Loading real;
        private final Map<String, CountDownLatch> holds = new ConcurrentHashMap<>();
        private final Map<String, CountDownLatch> begun = new ConcurrentHashMap<>();
        private final List<String> order = Collections.synchronizedList(new ArrayList<>());
        private volatile boolean failing;
        private volatile BooleanSupplier squeezed = () -> false;

        Held(Loading real) {
            this.real = real;
        }

        CountDownLatch hold(ModelSource model) {
            begun.put(model.name(), new CountDownLatch(1));
            CountDownLatch latch = new CountDownLatch(1);
            holds.put(model.name(), latch);
            return latch;
        }

        void awaitBegun(ModelSource model) throws InterruptedException {
            begun.get(model.name()).await();
        }

        @Override
        public LoadPlan plan(ModelSource source, Options options, MachineMemory machine) {
            return real.plan(source, options, machine);
        }

        @Override
        public Prepared prepare(ModelSource source, Options options) {
            Prepared prepared = real.prepare(source, options);
            return new Prepared() {
                @Override
                public MemoryPlan plan() {
                    return prepared.plan();
                }

                @Override
                public boolean squeezed() {
                    return squeezed.getAsBoolean();
                }

                @Override
                public LoadedModel load(DoublePredicate progress) {
                    order.add(source.name());
                    CountDownLatch latch = holds.getOrDefault(source.name(), new CountDownLatch(0));
                    if (begun.containsKey(source.name()))
                        begun.get(source.name()).countDown();
                    while (latch.getCount() > 0 && progress.test(0)) Thread.onSpinWait();
                    if (failing) throw new BackendException(BackendException.Kind.FAILED, "no such thing");
                    return prepared.load(progress);
                }
            };
        }
    }
}
