package dev.chasqui.tune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.llama.ContextSettings.CacheType;
import dev.chasqui.llama.ContextSettings.FlashAttention;
import dev.chasqui.platform.CpuCores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TunedStoreTest {

    private static final TunedKey KEY = new TunedKey("sha256-" + "0a".repeat(32), "cpu1", "2/4", "0.5.0 haswell");
    private static final StoredTuning TUNING = new StoredTuning(
            new Knobs(Map.of(
                    Knob.FLASH_ATTENTION,
                    "off",
                    Knob.BATCH,
                    "1024",
                    Knob.CACHE_TYPE,
                    "bf16",
                    Knob.DECODE_THREADS,
                    "3")),
            "smollm2:135m",
            Workload.TAIL,
            1.312,
            Instant.parse("2026-11-25T10:00:00Z"));

    @TempDir
    private Path home;

    private Path folder;
    private TunedStore store;

    @BeforeEach
    void nothingKept() {
        folder = home.resolve("tuned");
        store = new TunedStore(folder);
    }

    @Test
    void whatIsKeptIsFoundAgain() throws IOException {
        assertThat(store.isEmpty()).isTrue();

        store.keep(KEY, TUNING);

        assertThat(store.isEmpty()).isFalse();
        assertThat(store.find(KEY)).contains(TUNING);
        assertThat(TUNING.knobs().flashAttention()).contains(FlashAttention.OFF);
        assertThat(TUNING.knobs().cacheType()).contains(CacheType.BF16);
        assertThat(TUNING.knobs().count(Knob.BATCH)).hasValue(1024);
        assertThat(TUNING.knobs().count(Knob.PREFILL_THREADS)).isEmpty();
    }

    @Test
    void aSecondMeasurementReplacesTheFirstAndLeavesNothingBehind() throws IOException {
        store.keep(KEY, TUNING);
        StoredTuning fresh = new StoredTuning(Knobs.NONE, "m", Workload.MIXED, 1, Instant.EPOCH);

        store.keep(KEY, fresh);

        assertThat(store.find(KEY)).contains(fresh);
        assertThat(files()).hasSize(1);
    }

    @Test
    void anotherMachineOrVersionFindsNothing() throws IOException {
        store.keep(KEY, TUNING);

        for (TunedKey other : List.of(
                new TunedKey("sha256-" + "0b".repeat(32), KEY.cpu(), KEY.cores(), KEY.natives()),
                new TunedKey(KEY.weights(), "cpu2", KEY.cores(), KEY.natives()),
                new TunedKey(KEY.weights(), KEY.cpu(), "4/4", KEY.natives()),
                new TunedKey(KEY.weights(), KEY.cpu(), KEY.cores(), "0.6.0 haswell"))) {
            assertThat(store.find(other)).as("%s", other).isEmpty();
        }
    }

    @Test
    void aFileFromElsewhereIsNotUsedUnderAnotherName() throws IOException {
        TunedKey other = new TunedKey(KEY.weights(), "cpu2", KEY.cores(), KEY.natives());
        Files.move(store.keep(KEY, TUNING), store.file(other));

        assertThat(store.find(other)).isEmpty();
    }

    @Test
    void aDamagedFileIsNotUsedAndIsWrittenAnew() throws IOException {
        String good = Files.readString(store.keep(KEY, TUNING));
        for (String damaged : List.of(
                "",
                "\\u00zz",
                good.substring(0, good.length() / 2),
                good.replace("num_batch=1024", "num_batch=1073741824"),
                good.replace("num_batch=1024", "num_batch=-1"),
                good.replace("num_thread=3", "num_thread=513"),
                good.replace("flash_attention=off", "flash_attention=sometimes"),
                good.replace("kv_cache_type=bf16", "kv_cache_type=q8_0"),
                good.replace("workload=tail", "workload=none"),
                good.replace("speedup=1.312", "speedup=NaN"),
                good.replaceAll("measured=.*", "measured=soon"))) {
            assertThat(damaged).isNotEqualTo(good);
            Files.writeString(store.file(KEY), damaged);

            assertThat(store.find(KEY)).as(damaged).isEmpty();
        }
        Files.write(store.file(KEY), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThat(store.find(KEY)).isEmpty();

        store.keep(KEY, TUNING);
        assertThat(store.find(KEY)).contains(TUNING);
    }

    @Test
    void forgettingRemovesAllOfTheseWeightsAndNothingElse() throws IOException {
        TunedKey elsewhere = new TunedKey(KEY.weights(), "cpu2", KEY.cores(), KEY.natives());
        TunedKey others = new TunedKey("sha256-" + "0b".repeat(32), KEY.cpu(), KEY.cores(), KEY.natives());
        assertThat(store.forget(KEY)).isZero();
        for (TunedKey key : List.of(KEY, elsewhere, others)) store.keep(key, TUNING);
        assertThat(store.elsewhere(KEY)).isEqualTo(1);

        assertThat(store.forget(KEY)).isEqualTo(2);

        assertThat(store.find(KEY)).isEmpty();
        assertThat(store.find(others)).contains(TUNING);
    }

    @Test
    void weightsAreNamedByDigestOrBySizeAndEnds() throws IOException {
        CpuCores cores = new CpuCores(List.of(List.of(0, 1)), 2);
        Path blob = home.resolve("sha256-" + "0c".repeat(32));
        assertThat(TunedKey.of(blob, "c", cores, "n"))
                .isEqualTo(new TunedKey("sha256-" + "0c".repeat(32), "c", "1/2", "n"));

        byte[] bytes = new byte[3 << 20];
        Path file = Files.write(home.resolve("model.gguf"), bytes);
        TunedKey first = TunedKey.of(file, "c", cores, "n");
        Path copy = Files.copy(file, home.resolve("copy.gguf"));
        assertThat(TunedKey.of(copy, "c", cores, "n")).isEqualTo(first);
        bytes[bytes.length - 1] = 1;
        Files.write(copy, bytes);
        assertThat(TunedKey.of(copy, "c", cores, "n")).isNotEqualTo(first);
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(folder)) {
            return files.toList();
        }
    }
}
