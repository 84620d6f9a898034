package dev.chasqui.llama;

import static java.lang.foreign.FunctionDescriptor.of;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;

/// What functions of pointers (`P`) and whole numbers (`N`) look like, in order of their parameters.
///
/// Every shape costs the JVM milliseconds at its first use, and a start waits for them; so C functions that
/// differ only in how wide their numbers are share one. Each of the three calling conventions (System V, Windows
/// x64, AArch64) passes a number of up to 64 bits in a register of its own or, on Windows from the fifth on, in
/// eight bytes of stack, and whoever is called reads as much of it as its type is wide. Macs with ARM pack what
/// is on the stack tighter, from the ninth parameter on: no shape has as many.
///
/// What comes back is as wide as the C type, with anything above it: cut an `int32_t` with `(int)`, a `bool` with
/// [#truth], make a pointer with `MemorySegment.ofAddress`, and forget what a `void` function leaves. Floating
/// point numbers and structs travel elsewhere and keep their exact types.
final class Shapes {

    static final FunctionDescriptor NOTHING = of(JAVA_LONG);
    static final FunctionDescriptor N = of(JAVA_LONG, JAVA_LONG);
    static final FunctionDescriptor P = of(JAVA_LONG, ADDRESS);
    static final FunctionDescriptor PN = of(JAVA_LONG, ADDRESS, JAVA_LONG);
    static final FunctionDescriptor PP = of(JAVA_LONG, ADDRESS, ADDRESS);
    static final FunctionDescriptor PNN = of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG);
    static final FunctionDescriptor PPN = of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);
    static final FunctionDescriptor PPP = of(JAVA_LONG, ADDRESS, ADDRESS, ADDRESS);
    static final FunctionDescriptor PNNN = of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static final FunctionDescriptor PPNN = of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG);
    static final FunctionDescriptor PPPN = of(JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
    static final FunctionDescriptor PPNP = of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    static final FunctionDescriptor PNNNN = of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static final FunctionDescriptor PNPNNN =
            of(JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static final FunctionDescriptor PPNPNNN =
            of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private Shapes() {}

    /// A C `bool`: only its lowest byte is defined.
    static boolean truth(long returned) {
        return (byte) returned != 0;
    }
}
