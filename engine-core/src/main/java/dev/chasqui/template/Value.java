package dev.chasqui.template;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A value as a template sees it: Go's kinds, as far as they occur.
sealed interface Value {

    /// Go's name for its type.
    GoType type();

    /// What `if`, `and` and their like make of it: whether there is anything.
    boolean truth();

    /// The two ways to be nothing.
    enum Nothing implements Value {
        /// No value at all: its fields are nothing, too.
        ABSENT,
        /// A place for any value that holds none; asking for its fields is an error.
        NIL;

        @Override
        public GoType type() {
            return GoType.ANY;
        }

        @Override
        public boolean truth() {
            return false;
        }
    }

    record Bool(boolean value) implements Value {
        @Override
        public GoType type() {
            return GoType.BOOL;
        }

        @Override
        public boolean truth() {
            return value;
        }
    }

    /// @param type `int`, or `uint8` for a byte
    record Int(long value, GoType type) implements Value {
        static Int of(long value) {
            return new Int(value, GoType.INT);
        }

        static Int byteOf(byte value) {
            return new Int(value & 0xff, GoType.UINT8);
        }

        @Override
        public boolean truth() {
            return value != 0;
        }
    }

    /// Every number of JSON, for Go.
    record Float(double value) implements Value {
        @Override
        public GoType type() {
            return GoType.FLOAT;
        }

        @Override
        public boolean truth() {
            return value != 0;
        }
    }

    record Text(String value) implements Value {
        static final Text EMPTY = new Text("");

        @Override
        public GoType type() {
            return GoType.STRING;
        }

        @Override
        public boolean truth() {
            return !value.isEmpty();
        }
    }

    /// A slice. Its items may be a view, so it is not copied.
    ///
    /// @param nil whether Go has no list at all, which shows in JSON
    record Sequence(GoType type, List<Value> items, boolean nil) implements Value {
        static Sequence of(GoType type, List<Value> items) {
            return new Sequence(type, List.copyOf(items), false);
        }

        /// Nothing in it, and no list either.
        static Sequence none(GoType type) {
            return new Sequence(type, List.of(), true);
        }

        @Override
        public boolean truth() {
            return !items.isEmpty();
        }
    }

    /// A map from texts.
    ///
    /// @param entries in the order in which they are shown
    /// @param missing what is there for every other key
    /// @param nil     whether Go has no map at all, which shows in JSON
    record Dictionary(GoType type, Map<String, Value> entries, Value missing, boolean nil) implements Value {
        public Dictionary {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        @Override
        public boolean truth() {
            return !entries.isEmpty();
        }
    }

    /// @param fields one for each of the shape's
    record Struct(Shape shape, List<Value> fields) implements Value {
        public Struct {
            fields = List.copyOf(fields);
        }

        static Struct of(Shape shape, Value... fields) {
            return new Struct(shape, List.of(fields));
        }

        @Override
        public GoType type() {
            return shape.type();
        }

        @Override
        public boolean truth() {
            return true;
        }
    }

    static Bool of(boolean value) {
        return new Bool(value);
    }

    static Text of(String value) {
        return value.isEmpty() ? Text.EMPTY : new Text(value);
    }
}
