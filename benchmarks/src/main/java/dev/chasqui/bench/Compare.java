package dev.chasqui.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Measures, in turns within one process, what the project promises.
///
/// @param sections in the order in which they run
record Compare(List<Section> sections) {

    /// Everything there is to measure.
    ///
    /// @param llamaBench llama.cpp's own benchmark, if there is one
    static Compare all(Optional<Path> llamaBench) {
        return new Compare(List.of(
                new Decode(),
                new FirstToken(),
                new AtOnce(),
                new Streams(),
                new FanOut(),
                new BusyNeighbour(),
                new CancelLatency(),
                new DraftGain(),
                new SchemaDecode(),
                new Vectors(),
                new TagsLatency(),
                new ManyModels(),
                new Overhead(),
                new IsolationPrice(),
                new BesideLlamaBench(llamaBench)));
    }

    /// Some of it.
    ///
    /// @throws IllegalArgumentException if there is no section of such a name; the message lists those there are
    Compare only(List<String> names) {
        List<String> known = names();
        for (String name : names) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        "--only names \"" + name + "\"; expected some of " + String.join(", ", known));
            }
        }
        return new Compare(sections.stream()
                .filter(section -> names.contains(section.name()))
                .toList());
    }

    List<String> names() {
        return sections.stream().map(Section::name).toList();
    }

    /// Runs one section after another. One that fails is reported as such, and the others still run.
    ///
    /// @param screen hears what runs, and why something failed
    void run(Trial trial, Report report, PrintWriter screen) {
        for (Section section : sections) {
            screen.println(trial.model().name() + ": " + section.name());
            screen.flush();
            try {
                section.measure(trial, report);
            } catch (RuntimeException e) {
                report.notMeasured(trial.model().name() + ", " + section.name(), e);
                e.printStackTrace(screen);
            }
        }
    }
}
