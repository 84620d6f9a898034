package dev.chasqui.api;

import java.io.InputStream;

/// The models on a backend's own disk, as somebody who manages them from outside sees them.
///
/// Safe to use from many threads.
public interface ModelLibrary {

    /// Gives a model a second name; its files stay one.
    ///
    /// @throws BackendException of kind `NOT_FOUND` if there is no such model; of kind `INVALID` if a name
    ///                          is none
    void copy(String source, String destination);

    /// Removes a name, and the files no other name uses. A model in memory stays there.
    ///
    /// @throws BackendException of kind `NOT_FOUND` if there is no such model; of kind `INVALID` if that is no
    ///                          name
    void delete(String model);

    /// @param digest `sha256:` and 64 hexadecimal digits
    /// @throws BackendException `invalid digest format`
    boolean hasBlob(String digest);

    /// Takes a file in that a model is to be made of later; until then it belongs to none.
    ///
    /// @param content is read to its end, unless the file is there already
    /// @return `false` if it was
    /// @throws BackendException of kind `INVALID` if the digest is none, or another one's; of kind
    ///                          `CANCELLED` if the content breaks off; of kind `FAILED` if it cannot be
    ///                          written. Nothing is left then
    boolean takeBlob(String digest, InputStream content);
}
