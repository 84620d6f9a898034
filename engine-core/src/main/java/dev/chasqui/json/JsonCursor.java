package dev.chasqui.json;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Follows one answer as it is written and knows what may come next. One for each request; a copy is one
/// small object, so looking ahead is cheap.
///
/// It takes text or the bytes of tokens, which may end inside a character. What does not fit is refused and
/// changes nothing.
public final class JsonCursor {

    private State state;

    /// The bytes of a character that is not all there.
    private Utf8 half;

    JsonCursor(State state) {
        this(state, Utf8.WHOLE);
    }

    private JsonCursor(State state, Utf8 half) {
        this.state = state;
        this.half = half;
    }

    public JsonCursor copy() {
        return new JsonCursor(state, half);
    }

    /// Goes on by these bytes if they fit.
    ///
    /// @param utf8 any piece of a text in UTF-8
    /// @return whether they fit; if not, the cursor stays where it is
    /// @throws SchemaException if the schema is so ambiguous that there are too many ways to follow
    public boolean advance(byte[] utf8) {
        State next = state;
        Utf8 character = half;
        for (byte each : utf8) {
            character = character.add(each);
            if (character == Utf8.BROKEN) return false;
            if (character.missing() > 0) continue;
            next = next.step(character.value());
            if (next == null) return false;
            character = Utf8.WHOLE;
        }
        if (character.missing() > 0 && beginning(next, character) < 0) return false;
        state = next;
        half = character;
        return true;
    }

    /// Goes on by this text if it fits.
    ///
    /// @return whether it fits; if not, the cursor stays where it is
    public boolean advance(String text) {
        if (text.isEmpty()) return true;
        if (half.missing() > 0) return false; // no text begins in the middle of a character
        State next = state.walk(text);
        if (next == null) return false;
        state = next;
        return true;
    }

    /// Whether these bytes fit here.
    public boolean accepts(byte[] utf8) {
        return copy().advance(utf8);
    }

    /// Whether this text fits here.
    public boolean accepts(String text) {
        return copy().advance(text);
    }

    /// Whether the answer may end here: it is JSON and follows the schema.
    public boolean isComplete() {
        return half.missing() == 0 && state.complete;
    }

    /// Whether the answer must end here: it is complete, and nothing may follow.
    public boolean isOver() {
        return isComplete() && state.heads.length == 0;
    }

    /// The longest text that must follow, whatever the model would say. Empty where there is a choice, where
    /// the answer may end, and inside a character.
    public String forced() {
        return forced(Integer.MAX_VALUE);
    }

    /// As [#forced()], up to so many characters.
    public String forced(int most) {
        if (half.missing() > 0) return "";
        StringBuilder text = new StringBuilder();
        State at = state;
        for (int next = at.forced(); next >= 0 && text.length() < most; next = at.forced()) {
            text.appendCodePoint(next);
            at = step(at, next);
        }
        return text.toString();
    }

    /// What finishes the answer here: for each required value that is not begun, its declared `default` or
    /// else the shortest there is; nothing that is optional. In UTF-8, beginning with the bytes that a split
    /// character lacks. Empty if the answer is complete.
    public byte[] closing() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        State whole = half.missing() > 0 ? completed(out) : state;
        out.writeBytes(whole.closing().getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    /// Writes what the split character lacks.
    ///
    /// @return where the text stands behind it
    private State completed(ByteArrayOutputStream out) {
        int character = beginning(state, half);
        byte[] bytes = Character.toString(character).getBytes(StandardCharsets.UTF_8);
        out.write(bytes, bytes.length - half.missing(), half.missing());
        return step(state, character);
    }

    /// The smallest character with these first bytes that may come; `-1` if there is none.
    private static int beginning(State state, Utf8 bytes) {
        int character = state.ceiling(bytes.low());
        return character <= bytes.high() ? character : -1;
    }

    private static State step(State state, int codePoint) {
        @Nullable State next = state.step(codePoint);
        if (next == null) throw new AssertionError("a character that was offered is refused");
        return next;
    }
}
