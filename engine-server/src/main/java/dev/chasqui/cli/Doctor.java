package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.ModelSummary;
import dev.chasqui.api.Version;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.engine.Isolation;
import dev.chasqui.engine.MachineMemory;
import dev.chasqui.platform.CpuCores;
import dev.chasqui.store.ModelStore;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Looks at everything an answer depends on, in the order it is needed.
final class Doctor {

    private static final long STORE_BYTES = 200_000_000;
    private static final long CACHE_BYTES = 100_000_000;

    private final Rooms rooms;

    Doctor(Rooms rooms) {
        this.rooms = rooms;
    }

    Diagnosis examine() {
        Map<String, String> environment = rooms.environment();
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("chasqui", Version.current()));
        Runtime.Version java = Runtime.version();
        findings.add(MachineChecks.java(java.feature(), java.toString(), System.getProperty("java.home")));
        MachineMemory memory = MachineMemory.read();
        findings.add(MachineChecks.memory(memory.totalBytes(), memory.availableBytes(), memory.limitBytes()));
        Optional<String> cpus =
                Optional.ofNullable(environment.get("CHASQUI_CPUS")).filter(text -> !text.isBlank());
        findings.add(MachineChecks.cores(CpuCores.ofThisProcess(), cpus));
        findings.add(MachineChecks.load(
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                Runtime.getRuntime().availableProcessors()));
        findings.addAll(NativeChecks.libraries());
        findings.add(FolderChecks.folder("cache", NativeChecks.cacheFolder(), CACHE_BYTES, "CHASQUI_CACHE_DIR"));
        Path store = ModelStore.defaultRoot(environment);
        findings.add(FolderChecks.folder("store", store, STORE_BYTES, "OLLAMA_MODELS"));
        findings.add(isolation(EngineConfig.fromEnvironment(environment).isolation()));
        findings.add(models());
        findings.add(server());
        return new Diagnosis(findings);
    }

    Finding models() {
        List<ModelSummary> list;
        try (Backend here = rooms.embedded()) {
            list = here.models();
        } catch (BackendException e) {
            return Finding.problem("models", String.valueOf(e.getMessage()), "correct the store, see above");
        }
        String count = list.size() == 1 ? "1 model" : list.size() + " models";
        ModelName standard = ModelName.parse(AskCommand.DEFAULT_MODEL);
        if (list.stream().anyMatch(model -> ModelName.parse(model.name()).matches(standard))) {
            return Finding.ok("models", count + ", the default " + standard + " among them");
        }
        return Finding.warning(
                "models",
                count + ", without the default " + standard,
                "`chasqui pull " + standard + "` gets it (93 MB); `chasqui ask` does so by itself");
    }

    static Finding isolation(Isolation level) {
        return Finding.ok(
                "isolation",
                switch (level) {
                    case NONE -> "none: models are loaded in this process";
                    case PROBE -> "probe: a throwaway process loads each new model once before this one does";
                    case PROCESS -> "process: models are loaded in a process of their own, which may die alone";
                });
    }

    private Finding server() {
        try (Backend server = rooms.server()) {
            return Finding.ok("server", "version " + server.version() + " answers at " + rooms.serverAddress());
        } catch (BackendException e) {
            // That none runs is no fault: `ask` and `run` need none.
            if (e.kind() == BackendException.Kind.UNREACHABLE) {
                return Finding.ok("server", "none at " + rooms.serverAddress() + "; `chasqui serve` starts one");
            }
            return Finding.warning(
                    "server",
                    "what answers at " + rooms.serverAddress() + " is no Ollama server: " + e.getMessage(),
                    "end it, or choose another address in OLLAMA_HOST");
        }
    }
}
