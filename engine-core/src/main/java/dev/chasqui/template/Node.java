package dev.chasqui.template;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// A piece of a parsed template. `at` is where messages point, in UTF-16 units from the template's beginning.
sealed interface Node {

    int at();

    /// What stands between two actions of control, in order.
    record Block(int at, List<Node> nodes) implements Node {
        public Block {
            nodes = List.copyOf(nodes);
        }

        /// Whether a template with this body counts as undefined: it holds nothing but spaces.
        boolean isEmpty() {
            return nodes.stream()
                    .allMatch(node -> node instanceof Text text && text.text().isBlank());
        }
    }

    record Text(int at, String text) implements Node {}

    /// A pipeline whose value is written, unless it goes into variables.
    record Action(int at, Pipe pipe) implements Node {
        @Override
        public String toString() {
            return "{{" + pipe + "}}";
        }
    }

    /// `if`, `with` or `range`. Without an `else`, the other block is empty.
    record Branch(int at, Kind kind, Pipe pipe, Block block, Block otherwise) implements Node {
        enum Kind {
            IF,
            WITH,
            RANGE;

            String word() {
                return name().toLowerCase(Locale.ROOT);
            }
        }
    }

    /// `template`, or what a `block` leaves in its place.
    record Call(int at, String name, Optional<Pipe> pipe) implements Node {
        @Override
        public String toString() {
            return "{{template " + Quoting.quote(name)
                    + pipe.map(data -> " " + data).orElse("") + "}}";
        }
    }

    record Break(int at) implements Node {}

    record Continue(int at) implements Node {}

    /// Commands, each with the value of the one before as its last argument.
    ///
    /// @param variables that take the value, with their `$`; two only in a `range`
    /// @param assigns   whether they exist already
    record Pipe(int at, List<String> variables, boolean assigns, List<Command> commands) implements Node {
        public Pipe {
            variables = List.copyOf(variables);
            commands = List.copyOf(commands);
        }

        @Override
        public String toString() {
            String value = commands.stream().map(Command::toString).collect(Collectors.joining(" | "));
            return variables.isEmpty() ? value : String.join(", ", variables) + (assigns ? " = " : " := ") + value;
        }
    }

    /// Operands side by side: a function and its arguments, or one value.
    record Command(int at, List<Node> operands) implements Node {
        public Command {
            operands = List.copyOf(operands);
        }

        @Override
        public String toString() {
            return operands.stream().map(Node::inCommand).collect(Collectors.joining(" "));
        }
    }

    record Function(int at, String name) implements Node {
        @Override
        public String toString() {
            return name;
        }
    }

    /// `.`
    record Dot(int at) implements Node {
        @Override
        public String toString() {
            return ".";
        }
    }

    record Nil(int at) implements Node {
        @Override
        public String toString() {
            return "nil";
        }
    }

    /// `.A.B`
    record Field(int at, List<String> names) implements Node {
        public Field {
            names = List.copyOf(names);
        }

        @Override
        public String toString() {
            return "." + String.join(".", names);
        }
    }

    /// `$`, `$x` or `$x.A.B`.
    record Variable(int at, String name, List<String> fields) implements Node {
        public Variable {
            fields = List.copyOf(fields);
        }

        @Override
        public String toString() {
            return fields.isEmpty() ? name : name + "." + String.join(".", fields);
        }
    }

    /// Fields of something else: `(index .List 0).A`.
    record Chain(int at, Node of, List<String> fields) implements Node {
        public Chain {
            fields = List.copyOf(fields);
        }

        @Override
        public String toString() {
            return of.inCommand() + "." + String.join(".", fields);
        }
    }

    /// A number, a text, `true` or `false`.
    ///
    /// @param written as it stands in the template
    record Literal(int at, Value value, String written) implements Node {
        @Override
        public String toString() {
            return written;
        }
    }

    private String inCommand() {
        return this instanceof Pipe ? "(" + this + ")" : toString();
    }
}
