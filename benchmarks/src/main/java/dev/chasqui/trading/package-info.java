/// What a trading system of many agents asks, made up: market data of the shape, the digits and the size that such a
/// system really sends, from a seed.
///
/// Start at [Agents]: each of its methods is one agent's prompt. Nothing here knows a backend.
@NullMarked
package dev.chasqui.trading;

import org.jspecify.annotations.NullMarked;
