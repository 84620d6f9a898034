package dev.chasqui.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Lists of texts as expressions, with what they have in common at their beginnings written once.
final class Literals {

    /// Beyond, the texts are listed one by one.
    private static final int DEEPEST = 12;

    private static final int NONE = -1;

    private Literals() {}

    static Expr oneOf(List<String> texts) {
        return oneOf(texts.stream().distinct().toList(), 0);
    }

    private static Expr oneOf(List<String> texts, int depth) {
        if (texts.size() < 2 || depth == DEEPEST)
            return Expr.alt(texts.stream().map(Expr::text).toList());
        String common = common(texts);
        List<String> rests =
                texts.stream().map(text -> text.substring(common.length())).toList();
        List<Expr> choices = byFirst(rests).values().stream()
                .map(group -> oneOf(group, depth + 1))
                .toList();
        return Expr.seq(Expr.text(common), Expr.alt(choices));
    }

    /// What all begin with, in whole characters.
    private static String common(List<String> texts) {
        String first = texts.getFirst();
        int length = 0;
        while (length < first.length()) {
            int next = length + Character.charCount(first.codePointAt(length));
            String beginning = first.substring(0, next);
            if (!texts.stream().allMatch(text -> text.startsWith(beginning))) break;
            length = next;
        }
        return first.substring(0, length);
    }

    /// Any text of letters that need no escape in JSON, one at least, that is not in the list.
    static Expr noneOf(List<String> texts) {
        return noneOf(texts, false);
    }

    private static Expr noneOf(List<String> texts, boolean mayEnd) {
        Expr letter = Expr.ref(Letters.InString.LETTER);
        if (texts.isEmpty()) return Expr.repeat(letter, mayEnd ? 0 : 1, Expr.UNLIMITED);
        List<Expr> choices = new ArrayList<>();
        CodePoints others = Letters.InString.RAW;
        for (Map.Entry<Integer, List<String>> group : byFirst(texts).entrySet()) {
            int first = group.getKey();
            if (first == NONE || !others.contains(first)) continue;
            others = others.minus(CodePoints.of(first));
            String character = Character.toString(first);
            List<String> rests = group.getValue().stream()
                    .map(text -> text.substring(character.length()))
                    .toList();
            choices.add(Expr.seq(Expr.text(character), noneOf(rests, true)));
        }
        choices.add(Expr.seq(Expr.one(others), Expr.repeat(letter, 0, Expr.UNLIMITED)));
        if (mayEnd && !texts.contains("")) choices.add(Expr.EMPTY);
        return Expr.alt(choices);
    }

    /// By their first characters; the empty text's is [#NONE].
    private static Map<Integer, List<String>> byFirst(List<String> texts) {
        Map<Integer, List<String>> groups = new LinkedHashMap<>();
        for (String text : texts) {
            groups.computeIfAbsent(text.isEmpty() ? NONE : text.codePointAt(0), first -> new ArrayList<>())
                    .add(text);
        }
        return groups;
    }
}
