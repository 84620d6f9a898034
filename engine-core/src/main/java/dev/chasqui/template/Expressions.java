package dev.chasqui.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads what stands inside an action: pipelines, commands and their operands.
final class Expressions {

    private final Tokens tokens;
    private final List<String> variables = new ArrayList<>();
    private final Map<String, Integer> known = new HashMap<>(); // how often each is among them

    Expressions(Tokens tokens) {
        this.tokens = tokens;
        learn("$");
    }

    /// The variables known here, until [#forget].
    int mark() {
        return variables.size();
    }

    void forget(int mark) {
        List<String> gone = variables.subList(mark, variables.size());
        gone.forEach(name -> known.merge(name, -1, Integer::sum));
        gone.clear();
    }

    /// @param context for messages
    /// @param end     the word behind the pipeline; it is read as well
    Node.Pipe pipeline(String context, Token.Type end, int depth) {
        int at = tokens.peekNonSpace().at();
        List<String> declared = new ArrayList<>();
        boolean assigns = declarations(context, declared);
        List<Node.Command> commands = new ArrayList<>();
        for (Token token = tokens.nextNonSpace(); token.type() != end; token = tokens.nextNonSpace()) {
            if (!opensOperand(token.type())) throw tokens.unexpected(token, context);
            tokens.back(token);
            commands.add(command(depth));
        }
        check(commands, context);
        return new Node.Pipe(at, declared, assigns, commands);
    }

    /// `$x :=`, `$x =` and, in a `range`, `$i, $x :=`; anything else is left for the commands.
    ///
    /// @return whether the variables exist already
    private boolean declarations(String context, List<String> declared) {
        Token variable = tokens.peekNonSpace();
        if (variable.type() != Token.Type.VARIABLE) return false;
        tokens.next();
        Token after = tokens.peek();
        Token next = tokens.peekNonSpace();
        boolean assigns = next.type() == Token.Type.ASSIGN;
        boolean comma = next.type() == Token.Type.OTHER && next.text().equals(",");
        if (!assigns && !comma && next.type() != Token.Type.DECLARE) {
            if (after.type() == Token.Type.SPACE) tokens.back(after);
            tokens.back(variable);
            return false;
        }
        tokens.nextNonSpace();
        declared.add(variable.text());
        learn(variable.text());
        if (!comma) return assigns;
        if (!context.equals("range") || declared.size() > 1) throw tokens.error("too many declarations in " + context);
        Token.Type second = tokens.peekNonSpace().type();
        if (second == Token.Type.RIGHT_DELIMITER || second == Token.Type.RIGHT_PAREN) return false;
        if (second != Token.Type.VARIABLE) throw tokens.error("range can only initialize variables");
        return declarations(context, declared);
    }

    private void check(List<Node.Command> commands, String context) {
        if (commands.isEmpty()) throw tokens.error("missing value for " + context);
        for (int i = 1; i < commands.size(); i++) {
            switch (commands.get(i).operands().getFirst()) {
                case Node.Literal _, Node.Dot _, Node.Nil _ ->
                    throw tokens.error("non executable command in pipeline stage " + (i + 1));
                default -> {}
            }
        }
    }

    private Node.Command command(int depth) {
        int at = tokens.peekNonSpace().at();
        List<Node> operands = new ArrayList<>();
        while (true) {
            operand(depth).ifPresent(operands::add);
            Token token = tokens.next();
            switch (token.type()) {
                case SPACE -> {
                    continue;
                }
                case RIGHT_DELIMITER, RIGHT_PAREN -> tokens.back(token);
                case PIPE -> {}
                default -> throw tokens.unexpected(token, "operand");
            }
            if (operands.isEmpty()) throw tokens.error("empty command");
            return new Node.Command(at, operands);
        }
    }

    private Optional<Node> operand(int depth) {
        Optional<Node> term = term(depth);
        if (term.isEmpty() || tokens.peek().type() != Token.Type.FIELD) return term;
        int at = tokens.peek().at();
        List<String> fields = new ArrayList<>();
        while (tokens.peek().type() == Token.Type.FIELD)
            fields.add(tokens.next().text().substring(1));
        return switch (term.get()) {
            case Node.Field field -> Optional.of(new Node.Field(at, joined(field.names(), fields)));
            case Node.Variable variable -> Optional.of(new Node.Variable(at, variable.name(), fields));
            case Node.Literal _, Node.Nil _, Node.Dot _ ->
                throw tokens.error(
                        "unexpected . after term " + Quoting.quote(term.get().toString()));
            default -> Optional.of(new Node.Chain(at, term.get(), fields));
        };
    }

    /// @return nothing if the next word begins no term
    private Optional<Node> term(int depth) {
        Token token = tokens.nextNonSpace();
        int at = token.at();
        String text = token.text();
        return switch (token.type()) {
            case IDENTIFIER -> Optional.of(function(at, text));
            case DOT -> Optional.of(new Node.Dot(at));
            case NIL -> Optional.of(new Node.Nil(at));
            case VARIABLE -> Optional.of(variable(at, text));
            case FIELD -> Optional.of(new Node.Field(at, List.of(text.substring(1))));
            case BOOL -> Optional.of(new Node.Literal(at, Value.of(text.equals("true")), text));
            case NUMBER -> Optional.of(new Node.Literal(at, Numbers.parse(text, tokens::error), text));
            case CHARACTER -> Optional.of(new Node.Literal(at, Value.Int.of(character(text)), text));
            case STRING, RAW_STRING -> Optional.of(new Node.Literal(at, Value.of(string(text)), text));
            case LEFT_PAREN ->
                Optional.of(pipeline("parenthesized pipeline", Token.Type.RIGHT_PAREN, Budget.deeper(depth)));
            default -> {
                tokens.back(token);
                yield Optional.empty();
            }
        };
    }

    private Node function(int at, String name) {
        if (Builtin.find(name).isEmpty()) throw tokens.error("function " + Quoting.quote(name) + " not defined");
        return new Node.Function(at, name);
    }

    private Node variable(int at, String name) {
        if (known.getOrDefault(name, 0) == 0) throw tokens.error("undefined variable " + Quoting.quote(name));
        return new Node.Variable(at, name, List.of());
    }

    private void learn(String name) {
        variables.add(name);
        known.merge(name, 1, Integer::sum);
    }

    private int character(String literal) {
        return Quoting.unquoteCharacter(literal)
                .orElseThrow(() -> tokens.error("malformed character constant: " + literal));
    }

    private String string(String literal) {
        return Quoting.unquote(literal).orElseThrow(() -> tokens.error("invalid syntax"));
    }

    private static boolean opensOperand(Token.Type type) {
        return switch (type) {
            case BOOL, CHARACTER, NUMBER, STRING, RAW_STRING, DOT, NIL, FIELD, VARIABLE, IDENTIFIER, LEFT_PAREN -> true;
            default -> false;
        };
    }

    private static List<String> joined(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
