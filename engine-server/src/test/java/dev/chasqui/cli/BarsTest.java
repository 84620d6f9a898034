package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.ProgressLine;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BarsTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private long now;

    @Test
    void awayFromATerminalEveryStepIsNamedOnce() {
        Bars bars = new Bars(out, false, Screen.Area.USUAL, () -> now);

        bars.report(new ProgressLine("pulling manifest", "", 0, 0));
        for (long done = 0; done <= 100; done += 10) {
            bars.report(new ProgressLine("pulling abc", "", done * 1_000_000, 100_000_000));
        }
        bars.report(new ProgressLine("success", "", 0, 0));
        bars.close();

        assertThat(shown()).isEqualTo("pulling manifest\npulling abc (100 MB)\nsuccess\n");
    }

    @Test
    void aBarSaysHowMuchHowFastAndHowLong() {
        Bar bar = new Bar("pulling abc", Human::bytes);
        bar.at(0, 100_000_000, 0);
        bar.at(25_000_000, 100_000_000, 5_000_000_000L);

        assertThat(bar.line(79))
                .isEqualTo("pulling abc:  25% ▕█████▌                ▏      25 MB/100 MB     5 MB/s     15s");
        assertThat(bar.line(30)).hasSize(30).startsWith("pulling abc:  25% ");
        bar.at(100_000_000, 100_000_000, 6_000_000_000L);
        assertThat(bar.isOver()).isTrue();
        assertThat(bar.line(40)).isEqualTo("pulling abc: 100% ▕█████████████▏ 100 MB");
    }

    @Test
    void theRateIsOfTheLastSecondsAndNotOfAll() {
        Bar bar = new Bar("x", Human::bytes);
        for (int second = 0; second <= 60; second++) {
            long done = second <= 40 ? second * 10_000_000L : 400_000_000 + (second - 40) * 1_000_000L;
            bar.at(done, 1_000_000_000, second * 1_000_000_000L);
        }

        assertThat(bar.line(100)).contains(" 1 MB/s ").contains("9m40s");
    }

    @Test
    void severalBarsMoveAtOnceEachOnALineOfItsOwn() {
        Bars bars = new Bars(out, true, new Screen.Area(60, 24), () -> now);

        bars.report(new ProgressLine("one", "", 0, 10));
        bars.report(new ProgressLine("two", "", 0, 10));
        bytes.reset();
        now += 200_000_000;
        bars.report(new ProgressLine("two", "", 5, 10));

        assertThat(shown())
                .startsWith("\u001b[2A\rone:   0% ")
                .contains("\n\rtwo:  50% ")
                .endsWith("\u001b[K\n");
        bytes.reset();
        bars.report(new ProgressLine("one", "", 10, 10));
        assertThat(shown()).startsWith("\u001b[2A\rone: 100% ");
        bytes.reset();
        bars.report(new ProgressLine("two", "", 10, 10));
        assertThat(shown()).as("one is over and stays above").startsWith("\u001b[1A\rtwo: 100% ");
    }

    @Test
    void reportsThatComeFasterThanAnybodyReadsAreNotAllDrawn() {
        Bars bars = new Bars(out, true, Screen.Area.USUAL, () -> now);
        bars.report(new ProgressLine("one", "", 0, 1000));
        bytes.reset();

        for (int i = 1; i < 1000; i++) {
            now += 1_000_000; // a millisecond
            bars.report(new ProgressLine("one", "", i, 1000));
        }

        assertThat(shown().chars().filter(c -> c == '\n').count()).isEqualTo(9);
    }

    @Test
    void barsBeyondTheScreensHeightDoNotTearIt() {
        Bars bars = new Bars(out, true, new Screen.Area(60, 5), () -> now);
        for (int i = 0; i < 20; i++) bars.report(new ProgressLine("part " + i, "", 0, 10));
        bytes.reset();
        now += 200_000_000;

        bars.report(new ProgressLine("part 19", "", 5, 10));

        assertThat(shown()).startsWith("\u001b[4A").contains("part 19:  50%").doesNotContain("part 15");
    }

    private String shown() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
