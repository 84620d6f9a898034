package dev.chasqui.cli;

/// What `/?` says in a chat.
final class ChatHelp {

    static final String COMMANDS = """
            Available Commands:
              /set            Set session variables
              /show           Show model information
              /load <model>   Load a session or model
              /save <model>   Save your current session
              /clear          Clear session context
              /bye            Exit
              /?, /help       Help for a command
              /? shortcuts    Help for keyboard shortcuts

            Use \""" to begin a multi-line message.
            """;

    static final String SET = """
            Available Commands:
              /set parameter NAME VALUE   Set a parameter: temperature, seed, num_predict, num_ctx, stop, ...
              /set system <string>        Set system message
              /set history                Enable history
              /set nohistory              Disable history
              /set wordwrap               Enable wordwrap
              /set nowordwrap             Disable wordwrap
              /set format json|<schema>   Make answers follow JSON
              /set noformat               Disable formatting
              /set verbose                Show LLM stats
              /set quiet                  Disable LLM stats
              /set think [level]          Enable thinking
              /set nothink                Disable thinking
            """;

    static final String SHOW = """
            Available Commands:
              /show info         Show details for this model
              /show license      Show model license
              /show modelfile    Show Modelfile for this model
              /show parameters   Show parameters for this model
              /show system       Show system message
              /show template     Show prompt template
            """;

    private static final String SHORTCUTS = """
            Available keyboard shortcuts:
              Ctrl + a            Move to the beginning of the line (Home)
              Ctrl + e            Move to the end of the line (End)
               Alt + b            Move back (left) one word
               Alt + f            Move forward (right) one word
              Ctrl + k            Delete the sentence after the cursor
              Ctrl + u            Delete the sentence before the cursor
              Ctrl + w            Delete the word before the cursor
              Ctrl + r            Search the lines typed before
              Tab                 Complete a command

              Ctrl + l            Clear the screen
              Ctrl + c            Stop the model from responding
              Ctrl + d            Exit (/bye)
            """;

    private ChatHelp() {}

    /// @param topic a command with or without its slash, or `shortcuts`; else everything
    static String about(String topic) {
        return switch (topic) {
            case "set", "/set" -> SET;
            case "show", "/show" -> SHOW;
            case "shortcut", "shortcuts" -> SHORTCUTS;
            default -> COMMANDS;
        };
    }
}
