package dev.chasqui.engine;

import dev.chasqui.template.TemplateTraits.Tags;

/// Takes the thinking out of an answer that comes in pieces. It stands in front, between two tags; the spaces around
/// them belong to neither part, and what could be the beginning of a tag is held back.
final class ThoughtText {

    private enum State {
        /// Nothing but spaces came, or the beginning of the opening tag.
        BEFORE,
        OPENED,
        THINKING,
        CLOSED,
        CONTENT
    }

    /// What a piece added to each.
    record Parts(String thinking, String content) {
        static final Parts NONE = new Parts("", "");
    }

    private final Tags tags;
    private final StringBuilder held = new StringBuilder();
    private State state;

    /// @param begun whether the prompt ended with the opening tag
    ThoughtText(Tags tags, boolean begun) {
        this.tags = tags;
        this.state = begun ? State.OPENED : State.BEFORE;
    }

    Parts add(String piece) {
        held.append(piece);
        StringBuilder thinking = new StringBuilder();
        StringBuilder content = new StringBuilder();
        while (advance(thinking, content)) {}
        return new Parts(thinking.toString(), content.toString());
    }

    /// What was held back: the answer is over.
    Parts end() {
        String rest = held.toString();
        held.setLength(0);
        return switch (state) {
            case BEFORE, CONTENT -> new Parts("", rest);
            case OPENED, THINKING -> new Parts(rest.stripTrailing(), "");
            case CLOSED -> Parts.NONE;
        };
    }

    /// @return whether there is more to do
    private boolean advance(StringBuilder thinking, StringBuilder content) {
        return switch (state) {
            case BEFORE -> begin();
            case OPENED -> skipSpaces(State.THINKING);
            case THINKING -> think(thinking);
            case CLOSED -> skipSpaces(State.CONTENT);
            case CONTENT -> {
                content.append(held);
                held.setLength(0);
                yield false;
            }
        };
    }

    private boolean begin() {
        String begin = held.toString().stripLeading();
        if (begin.startsWith(tags.opening())) {
            held.delete(0, held.length() - begin.length() + tags.opening().length());
            state = State.OPENED;
            return true;
        }
        if (tags.opening().startsWith(begin)) return false;
        state = State.CONTENT;
        return true;
    }

    private boolean think(StringBuilder thinking) {
        int close = held.indexOf(tags.closing());
        if (close >= 0) {
            thinking.append(held.substring(0, close).stripTrailing());
            held.delete(0, close + tags.closing().length());
            state = State.CLOSED;
            return true;
        }
        int sure = held.length() - AnswerText.beginning(held, tags.closing());
        while (sure > 0 && Character.isWhitespace(held.charAt(sure - 1))) sure--;
        thinking.append(held, 0, sure);
        held.delete(0, sure);
        return false;
    }

    private boolean skipSpaces(State next) {
        int first = 0;
        while (first < held.length() && Character.isWhitespace(held.charAt(first))) first++;
        held.delete(0, first);
        if (held.isEmpty()) return false;
        state = next;
        return true;
    }
}
