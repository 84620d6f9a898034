package dev.chasqui.registry;

import java.nio.ByteBuffer;
import java.util.List;

/// A file that comes in parts, as whoever keeps it sees it. What it throws ends the download; it is asked
/// from many threads at once.
public interface Parts {

    /// The same ones each time, until [#restart].
    List<Part> parts();

    /// Puts bytes down.
    ///
    /// @throws dev.chasqui.api.BackendException if that fails
    void write(long offset, ByteBuffer bytes);

    /// Notes what is there of each part, so that it need not come again. Cheap to call often.
    void note();

    /// Begins anew with one part, since this registry cannot send pieces.
    void restart();
}
