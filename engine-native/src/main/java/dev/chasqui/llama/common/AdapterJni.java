package dev.chasqui.llama.common;

import org.bytedeco.javacpp.annotation.Namespace;
import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.StdString;

/// `chasqui_common.h`, one method per function. JavaCPP's generator writes the JNI between the two.
///
/// Only primitives and byte arrays cross, so JavaCPP is needed to build and not to run: the generated
/// `JNI_OnLoad`, which starts JavaCPP's own machinery (a cache folder in the home directory, a thread that frees
/// pointers), is renamed so that the JVM does not see it. A C++ exception arrives as a plain RuntimeException;
/// its text goes through JNI's own conversion (`MODIFIED_UTF8_STRING`), for the other one needs that
/// `JNI_OnLoad`. Arguments are checked by the callers, never here: see [Adapter].
@Platform(
        compiler = "cpp17",
        define = {
            "LLAMA_SHARED",
            "GGML_SHARED",
            "GGML_BACKEND_SHARED",
            "MODIFIED_UTF8_STRING",
            "JNI_OnLoad chasqui_unused_JNI_OnLoad",
            "JNI_OnUnload chasqui_unused_JNI_OnUnload"
        },
        include = "chasqui_common.h",
        link = {"llama-common", "llama.v0.5.0", "ggml.v0.5.0", "ggml-base"},
        library = AdapterJni.LIBRARY)
@Namespace("chasqui")
final class AdapterJni {

    static final String LIBRARY = "jnichasqui_common";

    private AdapterJni() {}

    /// `void silence();`
    static native void silence();

    /// `int64_t template_open(const std::string & request);`
    static native long template_open(@StdString byte[] request);

    /// `void template_close(int64_t handle);`
    static native void template_close(long handle);

    /// `int64_t template_capabilities(int64_t handle);`
    static native long template_capabilities(long handle);

    /// `int64_t template_render(int64_t handle, const std::string & request);`
    static native long template_render(long handle, @StdString byte[] request);

    /// `int64_t parser_open(const std::string & state);`
    static native long parser_open(@StdString byte[] state);

    /// `void parser_close(int64_t handle);`
    static native void parser_close(long handle);

    /// `int64_t parser_parse(int64_t handle, const std::string & request);`
    static native long parser_parse(long handle, @StdString byte[] request);

    /// `int64_t parser_push(int64_t handle, const std::string & request);`
    static native long parser_push(long handle, @StdString byte[] request);

    /// `int64_t fit(const std::string & request);`
    static native long fit(@StdString byte[] request);

    /// `int64_t given_size(int64_t given);`
    static native long given_size(long given);

    /// `void given_copy(int64_t given, signed char * target);`
    static native void given_copy(long given, byte[] target);

    /// `void given_free(int64_t given);`
    static native void given_free(long given);
}
