package dev.chasqui.trading;

import dev.chasqui.trading.Candles.Bar;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;

/// The agents' prompts: instructions first, data last, each as long as the real one is.
///
/// @param seed of the market they look at; another seed is another day, and shares nothing but the instructions
public record Agents(long seed) {

    /// Bars an agent of the swarm sees.
    public static final int SWARM_BARS = 72;

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration QUARTER = Duration.ofMinutes(15);
    private static final double USUAL = 0.7;
    private static final int ESSAY = 64;
    private static final int LAST_BARS = 10;
    private static final int LOOK_BACK = 60;
    private static final int LEAST_PROSE = 120;

    /// A seat of the swarm: 72 hourly bars of 17 columns, before them the last ten once more. The whole user message
    /// has 17,674 characters with 72 bars.
    ///
    /// @param bars fewer than [#SWARM_BARS] for a model whose context does not hold them
    /// @param hour the window moves on by so many bars
    public AgentPrompt swarm(int bars, int hour) {
        // An indicator looks back, so it is computed over all there is and cut afterwards.
        Candles all = Candles.walk(seed, 187.4, HOUR, LOOK_BACK + hour + bars);
        Table table = Table.withIndicators(all, 4).last(bars);
        String data = "Last bars:\n" + table.last(Math.min(LAST_BARS, bars)) + "\n\nAll bars:\n" + table;
        int characters = 17_674 * bars / SWARM_BARS;
        return prompt(
                "swarm",
                767,
                Math.max(characters, data.length() + LEAST_PROSE),
                data,
                "Buy, Sell or Do Nothing?",
                USUAL,
                ESSAY);
    }

    /// One position and what led to it, as JSON.
    public AgentPrompt risk() {
        Candles candles = Candles.walk(seed + 1, 187.4, QUARTER, 135);
        String bars = candles.bars().stream().map(Agents::json).collect(Collectors.joining(",\n"));
        String data =
                "{\n  \"position\": {\"symbol\": \"SOL\", \"side\": \"long\", \"entry\": 188.21, \"size\": 25.5},\n"
                        + "  \"bars\": [\n" + bars + "\n  ]\n}";
        return prompt("risk", 100, 26_666, data, "OVERRIDE or RESPECT_LIMIT?", USUAL, ESSAY);
    }

    public AgentPrompt funding() {
        return ofBars("funding", 685, 3_239, Candles.walk(seed + 2, 64_210, QUARTER, 25), 2, USUAL, 25);
    }

    public AgentPrompt liquidation() {
        return ofBars("liquidation", 109, 1_905, Candles.walk(seed + 3, 64_210, QUARTER, 17), 2, USUAL, 50);
    }

    public AgentPrompt whale() {
        return ofBars("whale", 498, 1_721, Candles.walk(seed + 4, 64_210, QUARTER, 18), 2, USUAL, 50);
    }

    /// 55 bars of a coin that costs a fraction of a cent.
    public AgentPrompt housecoin() {
        return ofBars("housecoin", 110, 4_096, Candles.walk(seed + 5, 0.0082, HOUR, 55), 4, 0.3, ESSAY);
    }

    /// Three markets in words.
    public AgentPrompt polymarket() {
        Random random = new Random(seed + 6);
        StringBuilder data = new StringBuilder();
        for (int i = 1; i <= 3; i++) {
            double yes = random.nextDouble();
            data.append(String.format(
                    Locale.ROOT,
                    "Market %d: will the rate be cut in month %d? Yes %.4f, No %.4f, volume %d\n",
                    i,
                    1 + random.nextInt(12),
                    yes,
                    1 - yes,
                    random.nextInt(1_000_000)));
        }
        return prompt("polymarket", 447, 522, data.toString(), "YES, NO or NO_TRADE for each?", USUAL, ESSAY);
    }

    /// Those that run on the quarter hour, all at once.
    public List<AgentPrompt> burst() {
        return List.of(funding(), liquidation(), whale(), polymarket());
    }

    private static AgentPrompt ofBars(
            String agent, int system, int user, Candles candles, int decimals, double temperature, int answer) {
        String data = Table.ofBars(candles, decimals).toString();
        return prompt(agent, system, user, data, "BUY, SELL or NOTHING?", temperature, answer);
    }

    /// The data with as much prose before it as the message is to be long.
    private static AgentPrompt prompt(
            String agent, int system, int user, String data, String question, double temperature, int answer) {
        int prose = user - data.length() - question.length() - 2;
        if (prose < 0) {
            throw new IllegalArgumentException(agent + "'s data has " + data.length() + " characters; at most "
                    + (user + prose) + " fit into its " + user);
        }
        String message = Prose.of(prose) + "\n" + data + "\n" + question;
        return new AgentPrompt(agent, Prose.of(system), message, temperature, answer);
    }

    private static String json(Bar bar) {
        return String.format(
                Locale.ROOT,
                "    {\n      \"timestamp\": \"%s\",\n      \"open\": %.5f,\n      \"high\": %.5f,\n      \"low\": %.5f,\n"
                        + "      \"close\": %.5f,\n      \"volume\": %.2f\n    }",
                bar.time(),
                bar.open(),
                bar.high(),
                bar.low(),
                bar.close(),
                bar.volume());
    }
}
