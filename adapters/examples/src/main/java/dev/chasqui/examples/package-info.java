/// One small program per adapter. Each asks the default model about a market; none needs anything else to
/// run.

package dev.chasqui.examples;
