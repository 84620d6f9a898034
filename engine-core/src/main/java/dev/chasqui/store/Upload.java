package dev.chasqui.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// What somebody sends: when it cannot be read, that is the sender's doing and not the disk's.
final class Upload extends FilterInputStream {

    Upload(InputStream content) {
        super(content);
    }

    @Override
    public int read(byte[] bytes, int from, int most) throws IOException {
        try {
            return super.read(bytes, from, most);
        } catch (IOException e) {
            throw new BrokenOff(e);
        }
    }

    /// It will not be whole.
    static final class BrokenOff extends IOException {

        private static final long serialVersionUID = 1L;

        BrokenOff(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
