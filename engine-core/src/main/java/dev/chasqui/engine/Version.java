package dev.chasqui.engine;

import java.util.Optional;

/// This build's version, from the jar's manifest.
final class Version {

    private Version() {}

    static String current() {
        return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                .map(version -> version.replace("-SNAPSHOT", ""))
                .orElse("0.0.0");
    }
}
