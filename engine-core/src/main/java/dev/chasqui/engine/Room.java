package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.engine.Place.Stage;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Who is in memory when one more model wants in, and what that leaves for it. A picture of one moment.
///
/// @param others  every place that takes room
/// @param most    models that may be in memory at once
/// @param machine as it is now
record Room(List<Place> others, int most, MachineMemory machine) {

    /// Whether a model may load now.
    boolean has(MemoryPlan plan) {
        return others.size() < most && plan.fits(memory());
    }

    /// Whether it may load once these of the leaving ones have left.
    boolean willHave(MemoryPlan plan, Predicate<Place> which) {
        List<Place> going = in(Stage.LEAVING, which);
        return others.size() - going.size() < most && plan.fits(memory(going));
    }

    /// @throws BackendException with the numbers, if it would not even fit were it alone. As long as another
    ///                          one is being loaded nobody can tell: some of what that needs is taken already
    void requirePossible(String model, MemoryPlan plan) {
        if (others.stream().allMatch(place -> place.loaded() != null)) plan.requireFits(model, memory(others));
    }

    /// Who goes first. Models that were told to stay for ever go after all others.
    Optional<Place> idlest() {
        return in(Stage.READY, Place::idle).stream()
                .min(Comparator.comparing(Room::staysForEver).thenComparing(Place::idleSince));
    }

    /// Who goes if nobody is idle.
    Optional<Place> longestInUse() {
        return in(Stage.READY, place -> !place.idle()).stream()
                .min(Comparator.comparing(Room::staysForEver)
                        .thenComparing((a, b) -> Long.signum(a.readySince() - b.readySince())));
    }

    /// What is left: mapped weights that are in use, and what a model will still take, are not.
    MachineMemory memory() {
        return memory(List.of());
    }

    private MachineMemory memory(Collection<Place> without) {
        long promised = others.stream().mapToLong(Place::promisedBytes).sum();
        long back = without.stream().mapToLong(Place::neededBytes).sum();
        return machine.withAvailable(Math.max(0, machine.availableBytes() - promised + back));
    }

    private List<Place> in(Stage stage, Predicate<Place> which) {
        return others.stream()
                .filter(place -> place.stage == stage && which.test(place))
                .toList();
    }

    private static boolean staysForEver(Place place) {
        return place.keepAlive.duration().isEmpty();
    }
}
