package dev.chasqui.trading;

import dev.chasqui.trading.Candles.Bar;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// A table as pandas' `to_string` prints a DataFrame: rows numbered from 0, columns to the right, two blanks between.
///
/// @param columns each one's cells, all of one length
record Table(Map<String, List<String>> columns) {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm");

    /// Time, open, high, low, close, volume.
    ///
    /// @param decimals of a price
    static Table ofBars(Candles candles, int decimals) {
        Map<String, List<String>> columns = new LinkedHashMap<>();
        columns.put(
                "timestamp",
                candles.bars().stream().map(bar -> bar.time().format(TIME)).toList());
        columns.put("open", cells(candles, Bar::open, decimals));
        columns.put("high", cells(candles, Bar::high, decimals));
        columns.put("low", cells(candles, Bar::low, decimals));
        columns.put("close", cells(candles, Bar::close, decimals));
        columns.put("volume", cells(candles, Bar::volume, 0));
        return new Table(columns);
    }

    /// The same and eleven indicators: 17 columns.
    static Table withIndicators(Candles candles, int decimals) {
        double[] close = candles.closes();
        double[] macd = Indicators.less(Indicators.smooth(close, 12), Indicators.smooth(close, 26));
        double[] signal = Indicators.smooth(macd, 9);
        double[] middle = Indicators.mean(close, 5);
        double[] width = Indicators.deviation(close, 5);
        Map<String, double[]> more = new LinkedHashMap<>();
        more.put("SMA_20", Indicators.mean(close, 20));
        more.put("SMA_40", Indicators.mean(close, 40));
        more.put("RSI_14", Indicators.strength(close, 14));
        more.put("MACD_12_26_9", macd);
        more.put("MACDh_12_26_9", Indicators.less(macd, signal));
        more.put("MACDs_12_26_9", signal);
        more.put("BBL_5_2.0", Indicators.plus(middle, width, -2));
        more.put("BBM_5_2.0", middle);
        more.put("BBU_5_2.0", Indicators.plus(middle, width, 2));
        more.put("EMA_12", Indicators.smooth(close, 12));
        more.put("EMA_26", Indicators.smooth(close, 26));
        Map<String, List<String>> columns =
                new LinkedHashMap<>(ofBars(candles, decimals).columns());
        more.forEach((name, values) -> columns.put(
                name,
                Arrays.stream(values).mapToObj(value -> number(value, decimals)).toList()));
        return new Table(columns);
    }

    int rows() {
        return columns.values().iterator().next().size();
    }

    /// The last so many rows, numbered from 0 again.
    Table last(int rows) {
        Map<String, List<String>> shorter = new LinkedHashMap<>();
        columns.forEach((name, cells) -> shorter.put(name, cells.subList(cells.size() - rows, cells.size())));
        return new Table(shorter);
    }

    @Override
    public String toString() {
        int margin = Integer.toString(rows() - 1).length();
        List<StringBuilder> lines = new ArrayList<>();
        lines.add(new StringBuilder(" ".repeat(margin)));
        for (int i = 0; i < rows(); i++) lines.add(new StringBuilder(("%-" + margin + "d").formatted(i)));
        columns.forEach((name, cells) -> {
            int width = cells.stream().mapToInt(String::length).max().orElse(0);
            String right = "  %" + Math.max(width, name.length()) + "s";
            lines.getFirst().append(right.formatted(name));
            for (int i = 0; i < cells.size(); i++) lines.get(i + 1).append(right.formatted(cells.get(i)));
        });
        return String.join("\n", lines);
    }

    private static List<String> cells(Candles candles, ToDoubleFunction<Bar> value, int decimals) {
        return candles.bars().stream()
                .map(bar -> number(value.applyAsDouble(bar), decimals))
                .toList();
    }

    private static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
