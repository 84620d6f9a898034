package dev.chasqui.engine;

/// How far native code is kept away from this JVM; the value of `CHASQUI_ISOLATION`.
public enum Isolation {
    /// Models are loaded here, after the checks in Java.
    NONE,
    /// As [#NONE], after a throwaway process has loaded the model once and lived.
    PROBE,
    /// Models are loaded in a process of their own; this JVM loads no native library.
    PROCESS
}
