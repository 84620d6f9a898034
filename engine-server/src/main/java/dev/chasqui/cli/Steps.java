package dev.chasqui.cli;

/// Follows a long piece of work.
interface Steps {

    /// Something is being done now, for example `verifying sha256 digest`.
    void step(String what);

    /// How far a step is that can be measured. The step's first report shows it, the one with `done == total`
    /// ends it.
    ///
    /// @param done  bytes so far
    /// @param total bytes in all; `0` or less where nobody knows
    void progress(String what, long done, long total);
}
