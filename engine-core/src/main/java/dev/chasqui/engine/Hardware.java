package dev.chasqui.engine;

import dev.chasqui.llama.Llama;
import dev.chasqui.llama.Llama.Device.Kind;
import dev.chasqui.llama.common.MemoryFit;
import dev.chasqui.llama.common.MemoryRequest;
import java.nio.file.Path;
import java.util.List;

/// What a model can be put on, as the planner sees it.
interface Hardware {

    /// GPUs llama.cpp would use; integrated ones only where there is no other.
    List<Llama.Device> gpus();

    /// One line per GPU library: that it is used, or why not.
    List<String> gpuLibraries();

    /// What the CPU code in use does to weights.
    Repacking repacking();

    /// llama.cpp's own answer, which costs up to some seconds.
    MemoryFit fit(Path gguf, MemoryRequest request);

    /// This machine. Looks at nothing before it is asked.
    static Hardware ofThisMachine() {
        return new Hardware() {
            @Override
            public List<Llama.Device> gpus() {
                List<Llama.Device> devices = Llama.devices();
                Kind best =
                        devices.stream().anyMatch(device -> device.kind() == Kind.GPU) ? Kind.GPU : Kind.INTEGRATED_GPU;
                return devices.stream().filter(device -> device.kind() == best).toList();
            }

            @Override
            public List<String> gpuLibraries() {
                return Llama.gpuLibraries();
            }

            @Override
            public Repacking repacking() {
                return Repacking.parse(Llama.systemInfo());
            }

            @Override
            public MemoryFit fit(Path gguf, MemoryRequest request) {
                return MemoryFit.of(gguf, request);
            }
        };
    }
}
