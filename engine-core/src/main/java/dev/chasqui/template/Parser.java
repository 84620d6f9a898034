package dev.chasqui.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads a template's actions of control; the expressions in them are [Expressions]'s.
final class Parser {

    /// How a list of nodes ended.
    private enum End {
        END,
        /// Or the `else` of an `else if`, whose `if` is still to be read.
        ELSE;

        @Override
        public String toString() {
            return this == END ? "{{end}}" : "{{else}}";
        }
    }

    private final Tokens tokens;
    private final Definitions definitions;
    private final Expressions expressions;
    private int depth;
    private int loops;
    private End end = End.END; // of the list that ended last

    private Parser(Tokens tokens, Definitions definitions, int depth) {
        this.tokens = tokens;
        this.definitions = definitions;
        this.depth = depth;
        this.expressions = new Expressions(tokens);
    }

    /// @throws TemplateException if the text is no template, or too large
    static Definitions parse(String text) {
        if (Utf8.length(text) > Limits.SOURCE_BYTES) {
            throw TemplateException.limit("is longer than " + Limits.SOURCE_BYTES + " bytes");
        }
        Definitions definitions = new Definitions();
        new Parser(new Tokens(text), definitions, 0).main();
        return definitions;
    }

    private void main() {
        List<Node> nodes = new ArrayList<>();
        int at = tokens.peek().at();
        while (tokens.peek().type() != Token.Type.EOF) {
            if (definition()) continue;
            nodes.add(textOrAction().orElseThrow(() -> tokens.error("unexpected " + end)));
        }
        define(Definitions.MAIN, new Node.Block(at, nodes));
    }

    /// @return whether there was one
    private boolean definition() {
        Token delimiter = tokens.next();
        if (delimiter.type() == Token.Type.LEFT_DELIMITER) {
            Token keyword = tokens.nextNonSpace();
            if (keyword.type() == Token.Type.DEFINE) {
                String name = templateName("define clause");
                tokens.expect(Token.Type.RIGHT_DELIMITER, "define clause");
                new Parser(tokens, definitions, depth).body(name, "define clause");
                return true;
            }
            tokens.back(keyword);
        }
        tokens.back(delimiter);
        return false;
    }

    private void body(String name, String context) {
        deeper();
        Node.Block body = list();
        if (end != End.END) throw tokens.error("unexpected " + end + " in " + context);
        define(name, body);
    }

    private void define(String name, Node.Block body) {
        if (definitions.add(name, body)) return;
        throw tokens.error("template: multiple definition of template " + Quoting.quote(name));
    }

    /// Up to an `{{end}}` or `{{else}}`, which is read as well and kept in `end`.
    private Node.Block list() {
        List<Node> nodes = new ArrayList<>();
        int at = tokens.peekNonSpace().at();
        while (tokens.peekNonSpace().type() != Token.Type.EOF) {
            Optional<Node> node = textOrAction();
            if (node.isEmpty()) return new Node.Block(at, nodes);
            nodes.add(node.get());
        }
        throw tokens.error("unexpected EOF");
    }

    /// @return nothing if it ended a list
    private Optional<Node> textOrAction() {
        Token token = tokens.nextNonSpace();
        switch (token.type()) {
            case TEXT -> {
                return Optional.of(new Node.Text(token.at(), token.text()));
            }
            case LEFT_DELIMITER -> {
                tokens.inActionOf(token.line());
                Optional<Node> action = action();
                tokens.inActionOf(0);
                return action;
            }
            default -> throw tokens.unexpected(token, "input");
        }
    }

    private Optional<Node> action() {
        Token token = tokens.nextNonSpace();
        return switch (token.type()) {
            case IF -> Optional.of(control(Node.Branch.Kind.IF));
            case WITH -> Optional.of(control(Node.Branch.Kind.WITH));
            case RANGE -> Optional.of(control(Node.Branch.Kind.RANGE));
            case BREAK -> Optional.of(leavesLoop("{{break}}", new Node.Break(token.at())));
            case CONTINUE -> Optional.of(leavesLoop("{{continue}}", new Node.Continue(token.at())));
            case TEMPLATE -> Optional.of(call());
            case BLOCK -> Optional.of(block());
            case ELSE, END -> ended(token.type());
            default -> {
                tokens.back(token);
                Node.Pipe pipe = expressions.pipeline("command", Token.Type.RIGHT_DELIMITER, depth);
                yield Optional.of(new Node.Action(token.at(), pipe));
            }
        };
    }

    private Optional<Node> ended(Token.Type keyword) {
        end = keyword == Token.Type.END ? End.END : End.ELSE;
        Token.Type next = tokens.peekNonSpace().type();
        boolean goesOn = end == End.ELSE && (next == Token.Type.IF || next == Token.Type.WITH);
        if (!goesOn) tokens.expect(Token.Type.RIGHT_DELIMITER, end == End.END ? "end" : "else");
        return Optional.empty();
    }

    private Node.Branch control(Node.Branch.Kind kind) {
        String context = kind.word();
        deeper();
        int mark = expressions.mark();
        Node.Pipe pipe = expressions.pipeline(context, Token.Type.RIGHT_DELIMITER, depth);
        if (kind == Node.Branch.Kind.RANGE) loops++;
        Node.Block block = list();
        if (kind == Node.Branch.Kind.RANGE) loops--;
        Node.Block otherwise = end == End.ELSE ? elseBlock(kind) : new Node.Block(pipe.at(), List.of());
        expressions.forget(mark);
        depth--;
        return new Node.Branch(pipe.at(), kind, pipe, block, otherwise);
    }

    /// `{{if a}}…{{else if b}}…{{end}}` is `{{if a}}…{{else}}{{if b}}…{{end}}{{end}}`, and so is `with`.
    private Node.Block elseBlock(Node.Branch.Kind kind) {
        Token next = tokens.peek();
        boolean goesOn = (kind == Node.Branch.Kind.IF && next.type() == Token.Type.IF)
                || (kind == Node.Branch.Kind.WITH && next.type() == Token.Type.WITH);
        if (goesOn) {
            tokens.next();
            return new Node.Block(next.at(), List.of(control(kind)));
        }
        Node.Block block = list();
        if (end != End.END) throw tokens.error("expected end; found " + end);
        return block;
    }

    private Node leavesLoop(String action, Node node) {
        Token token = tokens.nextNonSpace();
        if (token.type() != Token.Type.RIGHT_DELIMITER) throw tokens.unexpected(token, action);
        if (loops == 0) throw tokens.error(action + " outside {{range}}");
        return node;
    }

    private Node call() {
        int at = tokens.peekNonSpace().at();
        String name = templateName("template clause");
        Token next = tokens.nextNonSpace();
        if (next.type() == Token.Type.RIGHT_DELIMITER) return new Node.Call(at, name, Optional.empty());
        tokens.back(next);
        Node.Pipe pipe = expressions.pipeline("template clause", Token.Type.RIGHT_DELIMITER, depth);
        return new Node.Call(at, name, Optional.of(pipe));
    }

    private Node block() {
        int at = tokens.peekNonSpace().at();
        String name = templateName("block clause");
        Node.Pipe pipe = expressions.pipeline("block clause", Token.Type.RIGHT_DELIMITER, depth);
        new Parser(tokens, definitions, depth).body(name, "block clause");
        return new Node.Call(at, name, Optional.of(pipe));
    }

    private String templateName(String context) {
        Token token = tokens.nextNonSpace();
        if (token.type() != Token.Type.STRING && token.type() != Token.Type.RAW_STRING) {
            throw tokens.unexpected(token, context);
        }
        return Quoting.unquote(token.text()).orElseThrow(() -> tokens.error("invalid syntax"));
    }

    private void deeper() {
        depth = Budget.deeper(depth);
    }
}
