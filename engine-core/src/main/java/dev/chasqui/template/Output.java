package dev.chasqui.template;

/// Text being written: a rendering's result, or a value on the way to it. Its length is bounded and its work
/// counted.
final class Output {

    private static final int CHARS_PER_STEP = 64;

    private final StringBuilder text = new StringBuilder();
    private final Budget budget;
    private int uncounted;

    Output(Budget budget) {
        this.budget = budget;
    }

    Output write(String more) {
        count(more.length());
        text.append(more);
        return this;
    }

    Output write(char more) {
        count(1);
        text.append(more);
        return this;
    }

    Budget budget() {
        return budget;
    }

    private void count(int chars) {
        if (chars > budget.outputChars() - text.length()) {
            throw TemplateException.limit("wrote more than " + budget.outputChars() + " characters");
        }
        uncounted += chars;
        if (uncounted < CHARS_PER_STEP) return;
        budget.spend(uncounted / CHARS_PER_STEP);
        uncounted %= CHARS_PER_STEP;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
