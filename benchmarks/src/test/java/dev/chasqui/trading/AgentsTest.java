package dev.chasqui.trading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Against the sizes of the trading system's real prompts.
class AgentsTest {

    private static final long SEED = Long.getLong("chasqui.seed", 42);
    private static final Percentage NEAR = Percentage.withPercentage(10);

    /// A digit, a word or a row of signs with the blank before it, a row of blanks.
    private static final Pattern TOKEN = Pattern.compile("\\d| ?[A-Za-z]+| ?[^\\sA-Za-z\\d]+|\\s+");

    private final Agents agents = new Agents(SEED);

    static Stream<Arguments> sizes() {
        Agents agents = new Agents(SEED);
        return Stream.of(
                Arguments.of(agents.swarm(Agents.SWARM_BARS, 0), 767, 17_674, 13_907),
                Arguments.of(agents.risk(), 100, 26_666, 13_477),
                Arguments.of(agents.funding(), 685, 3_239, 2_053),
                Arguments.of(agents.liquidation(), 109, 1_905, 1_252),
                Arguments.of(agents.whale(), 498, 1_721, 1_317),
                Arguments.of(agents.housecoin(), 110, 4_096, 2_975),
                Arguments.of(agents.polymarket(), 447, 522, 310));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void aPromptHasTheRealOnesCharactersAndAboutItsTokens(AgentPrompt prompt, int system, int user, int tokens) {
        assertThat(prompt.system()).hasSize(system);
        assertThat(prompt.user()).hasSize(user);
        assertThat(tokens(prompt.system() + prompt.user()))
                .as("%s, seed %d", prompt.agent(), SEED)
                .isCloseTo(tokens, NEAR);
    }

    @Test
    void theSwarmSees72BarsOf17ColumnsAndTheLastTenBefore() {
        List<String> lines = agents.swarm(Agents.SWARM_BARS, 0).user().lines().toList();
        int all = lines.indexOf("All bars:");
        String header = lines.get(all + 1);

        assertThat(header.strip().split(" +")).hasSize(17).startsWith("timestamp", "open", "high", "low", "close");
        assertThat(lines.subList(all + 2, lines.size() - 1))
                .hasSize(72)
                .allSatisfy(row -> assertThat(row).hasSameSizeAs(header));
        assertThat(lines.get(all + 73)).startsWith("71  2026-");
        assertThat(lines).containsOnlyOnce("Last bars:");
        assertThat(lines.indexOf("All bars:") - lines.indexOf("Last bars:"))
                .isEqualTo(13); // a header, ten rows, a blank
    }

    @Test
    void anHourLaterTheSamePricesStandOneRowHigher() {
        List<String> now = rows(agents.swarm(24, 0));
        List<String> later = rows(agents.swarm(24, 1));

        assertThat(cells(later.getFirst())).isEqualTo(cells(now.get(1)));
        assertThat(cells(later.get(22))).isEqualTo(cells(now.get(23)));
        assertThat(now).doesNotContain(later.getLast());
    }

    @Test
    void aSeedMakesOneDayAndAnotherSeedAnother() {
        assertThat(new Agents(SEED).funding()).isEqualTo(agents.funding());
        assertThat(new Agents(SEED + 1).funding().user())
                .isNotEqualTo(agents.funding().user());
    }

    @Test
    void barsAreBars() {
        assertThat(Candles.walk(SEED, 187.4, Duration.ofHours(1), 500).bars()).allSatisfy(bar -> {
            assertThat(bar.high()).isGreaterThanOrEqualTo(Math.max(bar.open(), bar.close()));
            assertThat(bar.low()).isPositive().isLessThanOrEqualTo(Math.min(bar.open(), bar.close()));
        });
    }

    @Test
    void indicatorsAreWhatTheirNamesSay() {
        double[] prices = {1, 2, 3, 4};

        assertThat(Indicators.mean(prices, 2)).containsExactly(1, 1.5, 2.5, 3.5);
        assertThat(Indicators.smooth(prices, 1)).containsExactly(prices);
        assertThat(Indicators.strength(prices, 2)).containsExactly(50, 100, 100, 100);
        assertThat(Indicators.deviation(new double[] {1, 3}, 2)[1]).isCloseTo(1, within(1e-9));
    }

    private static List<String> rows(AgentPrompt swarm) {
        List<String> lines = swarm.user().lines().toList();
        int all = lines.indexOf("All bars:");
        return lines.subList(all + 2, lines.size() - 1);
    }

    /// Without the row's number.
    private static List<String> cells(String row) {
        return List.of(row.strip().split(" {2,}")).subList(1, 18);
    }

    /// As a vocabulary such as SmolLM2's counts, within 2 % on these prompts.
    private static int tokens(String text) {
        int tokens = 0;
        Matcher parts = TOKEN.matcher(text);
        while (parts.find()) tokens++;
        return tokens;
    }
}
