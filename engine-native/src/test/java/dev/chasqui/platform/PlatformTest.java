package dev.chasqui.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PlatformTest {

    private static final Platform LINUX = new Platform("linux-x86_64");

    @Test
    void namesAreJavaCpps() {
        assertThat(Platform.of("Linux", "amd64").name()).isEqualTo("linux-x86_64");
        assertThat(Platform.of("Linux", "aarch64").name()).isEqualTo("linux-arm64");
        assertThat(Platform.of("Mac OS X", "aarch64").name()).isEqualTo("macosx-arm64");
        assertThat(Platform.of("Windows Server 2022", "amd64").name()).isEqualTo("windows-x86_64");
    }

    @Test
    void aLibraryIsFoundWhateverVersionItsNameCarries() {
        assertThat(LINUX.tag(Path.of("libllama.so"), "llama")).contains("");
        assertThat(LINUX.tag(Path.of("libllama.so.0"), "llama")).contains("");
        assertThat(LINUX.tag(Path.of("libllama.so.0.5.0"), "llama")).contains("");
        assertThat(LINUX.tag(Path.of("libllama.v0.5.0.so"), "llama")).contains("");
        assertThat(LINUX.tag(Path.of("libllama.cuda.v0.5.0.so"), "llama")).contains("");
        assertThat(new Platform("macosx-arm64").tag(Path.of("libggml.metal.v0.4.0.dylib"), "ggml"))
                .contains("");
        assertThat(new Platform("windows-x86_64").tag(Path.of("llama.v0.4.0.dll"), "llama"))
                .contains("");
    }

    @Test
    void otherFilesAreNotTheLibrary() {
        assertThat(LINUX.tag(Path.of("libllama-common.so"), "llama")).contains("-common");
        assertThat(LINUX.tag(Path.of("libllamas.so"), "llama")).isEmpty();
        assertThat(LINUX.tag(Path.of("libllama.so.txt"), "llama")).isEmpty();
        assertThat(LINUX.tag(Path.of("INDEX"), "llama")).isEmpty();
    }

    @Test
    void theTagOfACpuVariantMayHoldDots() {
        assertThat(LINUX.tag(Path.of("libggml-cpu-armv8.2_1.so"), "ggml-cpu")).contains("-armv8.2_1");
        assertThat(LINUX.tag(Path.of("libggml-cpu-haswell.so.0"), "ggml-cpu")).contains("-haswell");
        assertThat(LINUX.tag(Path.of("libggml-cpu.so"), "ggml-cpu")).contains("");
    }
}
