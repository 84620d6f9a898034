package dev.chasqui.gguf;

import dev.chasqui.gguf.GateLimits.Limit;
import java.io.IOException;
import java.nio.channels.FileChannel;

/// Whether a model's chat templates are text of a sensible size that do not count or nest without end:
/// rule V16.
final class TemplateRules {

    private static final String PREFIX = "tokenizer.chat_template";

    private final GgufFile file;
    private final FileChannel channel;
    private final int most;

    TemplateRules(GgufFile file, FileChannel channel, GateLimits limits) {
        this.file = file;
        this.channel = channel;
        this.most = limits.most(Limit.TEMPLATE_BYTES);
    }

    void check() throws IOException {
        for (GgufFile.Entry entry : file.entries()) {
            if (entry.key().startsWith(PREFIX) && entry.type() == ValueType.STRING) check(entry);
        }
    }

    private void check(GgufFile.Entry entry) throws IOException {
        String text = file.string(entry.key()).orElse("");
        if (entry.end() - entry.start() > most) requireShort(entry);
        TemplateCode.flaw(text).ifPresent(flaw -> {
            throw new GgufException("V16", file.path() + ": key " + entry.key() + " holds a template that " + flaw);
        });
        if (text.indexOf('\uFFFD') < 0) return;
        Cursor cursor = new Cursor(file.path(), channel, entry.end(), entry.start());
        cursor.at("V16", "key " + entry.key());
        cursor.skip(cursor.stringBytes(Integer.MAX_VALUE));
        cursor.skip(4);
        cursor.strictString(most);
    }

    private void requireShort(GgufFile.Entry entry) throws IOException {
        Cursor cursor = new Cursor(file.path(), channel, entry.end(), entry.start());
        cursor.at("V16", "key " + entry.key());
        cursor.skip(cursor.stringBytes(Integer.MAX_VALUE));
        cursor.skip(4);
        cursor.stringBytes(most);
    }
}
