package dev.chasqui.json;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Collects the ways a text may go on, each one once, while frames are taken to where they wait for a
/// character.
final class Ways {

    private final Distinct waiting = new Distinct();

    /// What was come to by leaving something out: there may be many ways to leave it out.
    private final Distinct skippedTo = new Distinct();

    private boolean complete;

    void open(Frame frame) {
        if (frame == Frame.END) complete = true;
        else frame.expr.open(frame, this);
    }

    /// Takes in a frame that waits for a character.
    ///
    /// @throws SchemaException if there are too many: each takes time at each character
    void waits(Frame frame) {
        waiting.add(frame);
        if (waiting.frames.size() > Limits.WAYS) {
            throw new SchemaException(
                    "",
                    "the schema can be followed in more than " + Limits.WAYS + " ways by one text; make the schemas of"
                            + " anyOf differ at their beginnings, and patterns less ambiguous");
        }
    }

    /// Whether this frame was not opened yet.
    boolean isNew(Frame frame) {
        return skippedTo.add(frame);
    }

    State state() {
        return new State(waiting.frames.toArray(Frame[]::new), complete);
    }

    /// Frames in the order they came, mostly a few.
    private static final class Distinct {

        private static final int FEW = 8;

        final List<Frame> frames = new ArrayList<>(FEW);
        private Set<Frame> many = Set.of();

        boolean add(Frame frame) {
            if (frames.size() < FEW) {
                if (frames.contains(frame)) return false;
            } else {
                if (many.isEmpty()) many = new HashSet<>(frames);
                if (!many.add(frame)) return false;
            }
            frames.add(frame);
            return true;
        }
    }
}
