package dev.chasqui.misuse;

import dev.chasqui.engine.Engine;
import dev.chasqui.llama.NativeFaults;
import dev.chasqui.llama.TinyModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Runs one list of misuses, one after the other, and says of each first that it begins and then what came of it.
final class MisuseJvm {

    static final String BEGINS = "begins: ";
    static final String WELL = "well: ";
    static final String WRONG = "wrong: ";
    static final String OVER = "over, and still there";

    private MisuseJvm() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("chasqui-misuse");
        Path tiny = folder.resolve("tiny.gguf");
        TinyModel.write(tiny, 7);
        List<Misuse> misuses = switch (args[0]) {
            case "options" -> OptionMisuses.all(tiny);
            case "requests" -> RequestMisuses.all(tiny);
            case "formats" -> FormatMisuses.all(tiny);
            case "owners" -> OwnerMisuses.all(tiny);
            case "files" -> FileMisuses.all(tiny);
            case "races" -> RaceMisuses.all(tiny);
            default -> throw new IllegalArgumentException(args[0]);
        };
        for (Misuse misuse : misuses) {
            say(BEGINS + misuse.sentence());
            try {
                String outcome = misuse.run();
                if (NativeFaults.dead().isPresent()) throw new AssertionError("dead: " + NativeFaults.dead());
                say(WELL + outcome);
            } catch (Throwable t) {
                say(WRONG + t.getMessage());
                t.printStackTrace();
            }
        }
        try (Engine engine = Engine.open(tiny)) {
            Asked.answer(engine);
        }
        say(OVER);
        System.exit(0); // what a misuse left running is not waited for
    }

    private static void say(String line) {
        System.out.println(line.replace('\n', ' '));
        System.out.flush();
    }
}
