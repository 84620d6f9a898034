package dev.chasqui.api;

/// One of the answers a request allowed, and how likely the model is to begin with it.
///
/// @param label       as the request gave it
/// @param probability among the labels of the request, in `[0, 1]`; all of them together are 1
/// @param logprob     natural logarithm of the probability among everything the model could say; `<= 0`
public record Choice(String label, double probability, double logprob) {}
