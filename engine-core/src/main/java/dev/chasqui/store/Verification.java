package dev.chasqui.store;

import java.util.List;

/// What reading the files of a store has shown.
///
/// @param models that were looked at
/// @param files  that were read, each once
/// @param bytes  they have together
public record Verification(int models, int files, long bytes, List<Damage> damage) {

    public Verification {
        damage = List.copyOf(damage);
    }

    public boolean isWhole() {
        return damage.isEmpty();
    }
}
