package dev.chasqui.json;

/// What a rule says.
final class RefExpr extends Expr {

    final Rule rule;

    RefExpr(Rule rule) {
        super(rule.weight, 1, rule.nullable);
        this.rule = rule;
    }

    @Override
    void write(StringBuilder out) {
        rule.body().write(out);
    }

    @Override
    Expr withoutEmpty() {
        return rule.body().withoutEmpty();
    }

    @Override
    void open(Frame frame, Ways ways) {
        ways.open(Frame.start(rule.body(), frame.rest));
    }
}
