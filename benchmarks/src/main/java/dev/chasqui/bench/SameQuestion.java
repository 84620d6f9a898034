package dev.chasqui.bench;

import dev.chasqui.api.Answer;
import dev.chasqui.api.RunningModel;
import dev.chasqui.api.Summary;
import dev.chasqui.trading.AgentPrompt;
import dev.chasqui.trading.Agents;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Whether sides that are to be compared were asked the same, and answer with sense.
///
/// The options are the same by construction, since one request goes to all of them; what a server makes of
/// them is looked at where it tells: the weights' digest, the context in force, and how many tokens it counts in a
/// prompt and in a conversation, which another template or vocabulary would change. No server tells its threads and
/// its batch.
final class SameQuestion {

    private static final Pattern WEIGHTS = Pattern.compile("(?m)^FROM .*sha256-([0-9a-f]{64})");
    private static final int PROBE_TOKENS = 16;

    /// What a side says of itself.
    ///
    /// @param digest         of the weights, hexadecimal
    /// @param contextTokens  in force
    /// @param promptTokens   counted in a raw prompt
    /// @param chatTokens     counted in a conversation
    /// @param text           its greedy answer to the raw prompt
    record Facts(String digest, int contextTokens, int promptTokens, int chatTokens, String text) {}

    private SameQuestion() {}

    /// Asks a side.
    ///
    /// @throws IllegalStateException if its answer is empty or goes beyond what was asked for
    static Facts of(Asked side) {
        Answer answer = side.backend()
                .generate(side.workload().request(Workload.ENDLESS.getFirst(), PROBE_TOKENS))
                .answer();
        require(!answer.text().isBlank(), "it answered \"" + Workload.ENDLESS.getFirst() + "\" with no text");
        Summary summary = answer.summary();
        require(summary.evalTokens() <= PROBE_TOKENS, "it drew " + summary.evalTokens() + " tokens of " + PROBE_TOKENS);
        AgentPrompt agent = new Agents(0).polymarket();
        int chatTokens =
                side.backend().chat(side.chat(agent, 0)).answer().summary().promptTokens();
        String name = side.model().name();
        int context = side.backend().running().stream()
                .filter(running -> running.name().equals(name) || running.name().equals(name + ":latest"))
                .mapToInt(RunningModel::contextLength)
                .findFirst()
                .orElse(0);
        Matcher weights = WEIGHTS.matcher(side.backend().show(name).modelfile());
        String digest = weights.find() ? weights.group(1) : "unknown";
        return new Facts(digest, context, summary.promptTokens(), chatTokens, answer.text());
    }

    /// For the report.
    ///
    /// @param facts by side
    /// @throws IllegalStateException if the sides differ in anything but their text; the message says in what
    static String require(Map<String, Facts> facts) {
        List<Facts> all = List.copyOf(facts.values());
        Facts first = all.getFirst();
        for (Map.Entry<String, Facts> each : facts.entrySet()) {
            Facts other = each.getValue();
            same(each.getKey(), "weights", other.digest(), first.digest());
            same(each.getKey(), "num_ctx in force", other.contextTokens(), first.contextTokens());
            same(each.getKey(), "tokens in a prompt", other.promptTokens(), first.promptTokens());
            same(each.getKey(), "tokens in a conversation", other.chatTokens(), first.chatTokens());
        }
        boolean alike = all.stream().allMatch(each -> each.text().equals(first.text()));
        return "weights "
                + first.digest().substring(0, Math.min(12, first.digest().length())) + ", num_ctx "
                + first.contextTokens() + ", greedy answers " + (alike ? "alike" : "not alike");
    }

    /// Opens every side, asks it, and closes it again.
    static String check(List<String> sides, BenchModel model, int contextTokens, int threads) {
        Map<String, Facts> facts = new LinkedHashMap<>();
        for (String name : sides) {
            try (Side side = Side.open(name, model)) {
                boolean stranger = name.equals(Side.OLLAMA);
                facts.put(name, of(Asked.of(side.backend(), model, contextTokens, threads, stranger)));
            }
        }
        return require(facts);
    }

    private static void same(String side, String what, Object is, Object expected) {
        require(
                is.equals(expected),
                "the sides are not asked the same: " + what + " is " + is + " on the side " + side + " and " + expected
                        + " on the first");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) throw new IllegalStateException(otherwise);
    }
}
