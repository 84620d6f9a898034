package dev.chasqui.cli;

/// While open, Ctrl-C (or SIGTERM) runs a cleanup before the process ends, so that no native code is cut off in
/// its middle.
final class OnInterrupt implements AutoCloseable {

    private final Thread hook;

    private OnInterrupt(Thread hook) {
        this.hook = hook;
    }

    static OnInterrupt close(AutoCloseable resource) {
        Thread hook = new Thread(
                () -> {
                    try {
                        resource.close();
                    } catch (Exception e) {
                        // The process ends anyway, and there is nobody left to tell.
                    }
                },
                "chasqui-interrupt");
        Runtime.getRuntime().addShutdownHook(hook);
        return new OnInterrupt(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The hook is running: the process is on its way out.
        }
    }
}
