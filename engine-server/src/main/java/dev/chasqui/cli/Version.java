package dev.chasqui.cli;

import java.util.Optional;

/// What this build is called.
final class Version {

    private Version() {}

    /// From the jar's manifest; `dev` when the classes do not come from a jar.
    static String own() {
        return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                .orElse("dev");
    }
}
