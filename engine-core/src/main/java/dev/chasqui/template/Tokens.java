package dev.chasqui.template;

import java.util.ArrayDeque;
import java.util.Deque;

/// A template's words for the parser, which may put some back. Knows where complaints belong.
final class Tokens {

    private final Lexer lexer;
    private final Deque<Token> putBack = new ArrayDeque<>();
    private Token furthest = new Token(Token.Type.EOF, 0, "", 1);
    private int read;
    private int actionLine;

    Tokens(String input) {
        this.lexer = new Lexer(input);
    }

    Token next() {
        if (!putBack.isEmpty()) return putBack.pop();
        if (++read > Limits.TOKENS) throw TemplateException.limit("has more than " + Limits.TOKENS + " words");
        furthest = lexer.next();
        return furthest;
    }

    Token peek() {
        Token token = next();
        back(token);
        return token;
    }

    Token nextNonSpace() {
        Token token = next();
        while (token.type() == Token.Type.SPACE) token = next();
        return token;
    }

    Token peekNonSpace() {
        Token token = nextNonSpace();
        back(token);
        return token;
    }

    /// Puts a word in front of the others.
    void back(Token token) {
        putBack.push(token);
    }

    Token expect(Token.Type type, String context) {
        Token token = nextNonSpace();
        if (token.type() != type) throw unexpected(token, context);
        return token;
    }

    /// An action begins, or with 0 the text outside.
    void inActionOf(int line) {
        actionLine = line;
    }

    TemplateException unexpected(Token token, String context) {
        if (token.type() != Token.Type.ERROR) return error("unexpected " + token + " in " + context);
        if (actionLine == 0 || actionLine == token.line()) return error(token.text());
        String action = token.text().endsWith(" action") ? " started at :" : " in action started at :";
        return error(token.text() + action + actionLine);
    }

    /// Go complains about the line of the last word it has seen.
    TemplateException error(String what) {
        return TemplateException.syntax(furthest.line(), what);
    }
}
