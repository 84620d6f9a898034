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

    /// Makes a model, or makes it anew. Its name appears when everything is there; whatever goes wrong, an older
    /// model of that name stays. Interrupting the thread gives it up.
    ///
    /// @param progress hears Ollama's lines: `parsing GGUF`, … `writing manifest`, `success`
    /// @throws BackendException of kind `INVALID` if the request or a file is wrong; of kind `NOT_FOUND` if
    ///                          [CreateRequest#from] is not there; of kind `FAILED` if the disk cannot take it
    void create(CreateRequest request, Progress progress);

    /// Brings a model from its registry, or what is new of it. The model appears when all of it is there and
    /// verified; what has come stays for the next try. Interrupting the thread gives it up.
    ///
    /// @param model    may name a registry: `[scheme://][host/][namespace/]model[:tag]`
    /// @param insecure allows `http`, and `https` without a proof of who answers
    /// @param progress hears Ollama's lines: `pulling manifest`, `pulling <12 digits>` with counts, … `success`
    /// @throws BackendException of kind `NOT_FOUND` if the registry has no such model; of kind `UNREACHABLE` if
    ///                          it does not answer; of kind `FAILED` if it misbehaves or the disk cannot take it
    void pull(String model, boolean insecure, Progress progress);

    /// Sends a model to the registry its name leads to; what is there already is not sent again.
    ///
    /// @param progress hears Ollama's lines: `retrieving manifest`, `pushing <12 digits>` with counts, …
    ///                 `pushing manifest`, `success`
    /// @throws BackendException as [#pull], and of kind `NOT_FOUND` if there is no such model here
    void push(String model, boolean insecure, Progress progress);
}
