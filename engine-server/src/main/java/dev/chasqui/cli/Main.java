package dev.chasqui.cli;

/// The program. `./chasqui` starts it.
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        Logging.configure(System.getenv(), arguments.length > 0 && ServeCommand.NAMES.contains(arguments[0]));
        Screen screen = Screen.standard(System.getenv());
        int status = ChasquiCommand.run(new LiveRooms(System.getenv()), screen, arguments);
        screen.out().flush();
        System.exit(status);
    }
}
