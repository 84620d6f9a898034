package dev.chasqui.gguf;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a Jinja template would plainly take too long or too much memory for. It is rendered without a limit, so what
/// counts to millions or nests without end is refused by its text; what hides that better is not found.
final class TemplateCode {

    private static final Pattern CODE = Pattern.compile("\\{[{%](.*?)[%}]\\}", Pattern.DOTALL);
    private static final Pattern QUOTED =
            Pattern.compile("'(?:[^'\\\\]|\\\\.)*+'|\"(?:[^\"\\\\]|\\\\.)*+\"", Pattern.DOTALL);
    private static final Pattern NUMBER = Pattern.compile("(range\\([^)]*?)?(?<![\\w.])(\\d[\\d_]*+)");
    private static final Pattern BLOCK =
            Pattern.compile("[-+\\s]*+(if|for|macro|call|filter|end\\w+)\\b.*+", Pattern.DOTALL);
    private static final Pattern MACRO = Pattern.compile("^[-+\\s]*+macro\\s++(\\w++)");
    private static final int MOST_DEEP = 64;
    /// Real templates know numbers of tokens.
    private static final int LARGEST = 1_000_000;

    /// Two loops of this length inside each other take a minute.
    private static final int LONGEST_LOOP = 10_000;

    private TemplateCode() {}

    /// What is wrong with it, and what was expected.
    static Optional<String> flaw(String template) {
        Deque<String> open = new ArrayDeque<>();
        Matcher code = CODE.matcher(template);
        while (code.find()) {
            String text = QUOTED.matcher(code.group(1)).replaceAll("''");
            Matcher number = NUMBER.matcher(text);
            while (number.find()) {
                String digits = number.group(2).replace("_", "");
                int most = number.group(1) == null ? LARGEST : LONGEST_LOOP;
                if (digits.length() > 9 || Integer.parseInt(digits) > most) {
                    return Optional.of("counts to " + digits + "; expected at most " + most);
                }
            }
            if (brackets(text) > MOST_DEEP) return tooDeep();
            String macro = open.isEmpty() ? "" : open.peek();
            if (!macro.isEmpty() && text.contains(macro + "(") && !text.contains(" if ")) {
                return Optional.of("has a macro " + macro + " that calls itself whatever comes; expected a condition");
            }
            Matcher block = BLOCK.matcher(text);
            if (!template.startsWith("{%", code.start()) || !block.matches()) continue;
            if (block.group(1).startsWith("end")) open.poll();
            else open.push(macroName(text));
            if (open.size() > MOST_DEEP) return tooDeep();
        }
        return Optional.empty();
    }

    /// Empty for other blocks.
    private static String macroName(String text) {
        Matcher macro = MACRO.matcher(text);
        return macro.find() ? macro.group(1) : "";
    }

    private static int brackets(String text) {
        int deep = 0;
        int most = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '(' || c == '[' || c == '{') most = Math.max(most, ++deep);
            else if (c == ')' || c == ']' || c == '}') deep--;
        }
        return most;
    }

    private static Optional<String> tooDeep() {
        return Optional.of("nests too deep; expected at most " + MOST_DEEP + " inside each other");
    }
}
