package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import dev.chasqui.fuzz.Target;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// The bodies of all routes; the first byte says which.
public final class BodiesTarget {

    private static final List<Consumer<byte[]>> READERS = List.of(
            body -> GenerateBody.read(body).complete(),
            body -> ChatBody.read(body).complete(),
            body -> EmbedBody.ofTexts(body).complete(),
            body -> EmbedBody.ofPrompt(body).complete(),
            CreateBody::read,
            BodiesTarget::fields);

    private BodiesTarget() {}

    public static Target target() {
        List<BodyMutations.Asked> asked = BodyMutations.golden(
                "smollm2:135m", List.of("/api/generate", "/api/chat", "/api/embed", "/api/create", "/api/tokenize"));
        return Target.ofBytes(
                BodiesTarget.class,
                IntStream.range(0, READERS.size() * asked.size())
                        .mapToObj(i -> prefixed(
                                i % READERS.size(),
                                asked.get(i / READERS.size()).body()))
                        .toArray(byte[][]::new));
    }

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) return;
        try {
            READERS.get((data[0] & 0xff) % READERS.size()).accept(Arrays.copyOfRange(data, 1, data.length));
        } catch (BackendException refused) {
            // as declared
        }
    }

    /// What the small routes read.
    private static void fields(byte[] body) {
        Fields fields = JsonText.readObject(body, "Request");
        fields.firstText("model", "name", "content");
        fields.flag("stream", true);
        fields.numbers("tokens");
        fields.textMap("files");
        fields.map("options");
    }

    private static byte[] prefixed(int route, byte[] body) {
        byte[] whole = new byte[body.length + 1];
        whole[0] = (byte) route;
        System.arraycopy(body, 0, whole, 1, body.length);
        return whole;
    }
}
