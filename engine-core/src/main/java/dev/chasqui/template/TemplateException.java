package dev.chasqui.template;

/// A template that cannot be parsed, cannot be rendered, or wants more than it may have.
///
/// The message is worded as Go's `text/template` words it: `template: :3: unexpected "}" in operand`. Ollama
/// puts `template error: ` in front of it when a model is created, and sends it as it is when a request
/// brings the template.
public final class TemplateException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 500;

    /// What went wrong.
    public enum Kind {
        /// The text is no template; no data could change that.
        SYNTAX,
        /// The template and this data do not go together.
        EXECUTION,
        /// It is too large, too deep, or would take too long.
        LIMIT
    }

    private final Kind kind;

    private TemplateException(Kind kind, String message) {
        super(message.length() <= LONGEST ? message : message.substring(0, LONGEST) + "…"); // it may quote the text
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    static TemplateException syntax(int line, String what) {
        return new TemplateException(Kind.SYNTAX, "template: :" + line + ": " + what);
    }

    static TemplateException execution(String where, String what) {
        return new TemplateException(Kind.EXECUTION, "template: " + where + ": " + what);
    }

    static TemplateException limit(String what) {
        return new TemplateException(Kind.LIMIT, "template: " + what);
    }
}
