package dev.chasqui.trading;

/// What one agent sends.
///
/// @param agent        its name
/// @param temperature  as it sets it
/// @param answerTokens it asks for at most, where that is few; a longer essay is cut at 64 here, so that
///                     an answer's length does not hide what its prompt costs
public record AgentPrompt(String agent, String system, String user, double temperature, int answerTokens) {

    /// Of the system message and the user's together, as the workloads' table counts them.
    public int characters() {
        return system.length() + user.length();
    }
}
