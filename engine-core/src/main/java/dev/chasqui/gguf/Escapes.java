package dev.chasqui.gguf;

import java.io.ByteArrayOutputStream;

/// How RWKV's vocabularies write bytes that are no text: `\n`, `\xff`.
final class Escapes {

    private Escapes() {}

    /// As llama.cpp reads them, wrong ones too.
    static byte[] read(byte[] bytes, int start, int end) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(end - start);
        for (int i = start; i < end; i++) {
            if (bytes[i] != '\\') {
                out.write(bytes[i]);
                continue;
            }
            if (++i == end) break;
            switch (bytes[i]) {
                case 't' -> out.write('\t');
                case 'n' -> out.write('\n');
                case 'r' -> out.write('\r');
                case 'x' -> {
                    if (i + 2 < end) out.write(digit(bytes[i + 1]) << 4 | digit(bytes[i + 2]) & 0xf);
                    i += 2;
                }
                default -> out.write(bytes[i]);
            }
        }
        return out.toByteArray();
    }

    private static int digit(byte letter) {
        return letter >= 'a' ? letter - 'a' + 10 : letter - '0';
    }
}
