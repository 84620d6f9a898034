package dev.chasqui.api;

import java.util.List;

/// How likely the model thought a token, before sampling settings changed anything.
///
/// @param token   the token's text; a lone piece of a character appears as U+FFFD
/// @param bytes   the token's UTF-8 bytes, each 0 to 255
/// @param logprob natural logarithm of the probability, `<= 0`
/// @param top     the likeliest tokens at this place, best first; empty unless asked for
public record TokenLogprob(String token, List<Integer> bytes, double logprob, List<TokenLogprob> top) {

    public TokenLogprob {
        bytes = List.copyOf(bytes);
        top = List.copyOf(top);
    }
}
