package dev.chasqui.template;

/// A type of Go or of Ollama, by the name that messages give it.
///
/// @param prints how a value of it is written
record GoType(String name, Prints prints) {

    enum Prints {
        /// As Go writes its kind.
        PLAIN,
        /// As JSON: the type has a method `String` that says so.
        JSON,
        /// One name as it is, several as a list: `api.PropertyType`.
        NAMES
    }

    static final GoType ANY = plain("interface {}");
    static final GoType BOOL = plain("bool");
    static final GoType INT = plain("int");
    static final GoType UINT8 = plain("uint8");
    static final GoType FLOAT = plain("float64");
    static final GoType STRING = plain("string");
    static final GoType ANYS = plain("[]interface {}");
    static final GoType STRINGS = plain("[]string");
    static final GoType OBJECT = plain("map[string]interface {}");

    static final GoType IMAGE = plain("api.ImageData");
    static final GoType IMAGES = plain("[]api.ImageData");
    static final GoType MESSAGES = plain("[]*template.templateMessage");
    static final GoType TOOL_CALLS = plain("[]template.templateToolCall");
    static final GoType ARGUMENTS = json("template.templateArgs");
    static final GoType TOOLS = json("template.templateTools");
    static final GoType PROPERTIES = json("template.templateProperties");
    static final GoType INNER_PROPERTIES = json("*api.ToolPropertiesMap");
    static final GoType ALTERNATIVES = plain("[]api.ToolProperty");
    static final GoType PROPERTY_TYPE = new GoType("api.PropertyType", Prints.NAMES);

    static GoType plain(String name) {
        return new GoType(name, Prints.PLAIN);
    }

    static GoType json(String name) {
        return new GoType(name, Prints.JSON);
    }

    /// Whether templates may call its method `String`.
    boolean hasString() {
        return prints != Prints.PLAIN;
    }

    @Override
    public String toString() {
        return name;
    }
}
