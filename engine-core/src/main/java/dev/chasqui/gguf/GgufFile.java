package dev.chasqui.gguf;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/// What a GGUF file says about itself. Reading checks its whole structure and takes milliseconds; the weights are
/// not touched. Immutable.
public final class GgufFile {

    private static final Set<String> ENCODERS = Set.of(
            "bert",
            "eurobert",
            "gemma-embedding",
            "jina-bert-v2",
            "jina-bert-v3",
            "modern-bert",
            "neo-bert",
            "nomic-bert",
            "nomic-bert-moe");

    private final Path path;
    private final long fileBytes;
    private final int version;
    private final Map<String, Object> values;
    private final List<Entry> entries;
    private final Map<String, ValueType> types;
    private final List<TensorInfo> tensors;

    /// What type a key's value has, and where both stand in the file, from its first byte to behind its last.
    record Entry(String key, ValueType type, long start, long end) {}

    GgufFile(
            Path path,
            long fileBytes,
            int version,
            Map<String, Object> values,
            List<Entry> entries,
            List<TensorInfo> tensors) {
        this.path = path;
        this.fileBytes = fileBytes;
        this.version = version;
        this.values = Collections.unmodifiableMap(values);
        this.entries = List.copyOf(entries);
        this.types = entries.stream().collect(Collectors.toUnmodifiableMap(Entry::key, Entry::type));
        this.tensors = List.copyOf(tensors);
    }

    /// Reads a file's head.
    ///
    /// @throws GgufException if it is no regular file, not GGUF, truncated or damaged
    public static GgufFile read(Path file) {
        // Asked before opening: opening a pipe would wait for its writer.
        if (!Files.isRegularFile(file)) {
            throw new GgufException(Files.exists(file) ? file + " is not a regular file" : file + " does not exist");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return read(file, channel, GateLimits.standard());
        } catch (IOException e) {
            throw new GgufException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /// Whether a file claims to be one, by its first four bytes.
    ///
    /// @throws GgufException if it cannot be read
    public static boolean isGguf(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(4), StandardCharsets.ISO_8859_1).equals("GGUF");
        } catch (IOException e) {
            throw GgufException.unreadable(file, e);
        }
    }

    static GgufFile read(Path file, FileChannel channel, GateLimits limits) throws IOException {
        return new GgufParser(file, channel, channel.size(), limits).parse();
    }

    public Path path() {
        return path;
    }

    public long fileBytes() {
        return fileBytes;
    }

    /// The format's version, 2 or 3.
    public int version() {
        return version;
    }

    /// Every key in the file's order: String, Long, java.math.BigInteger, Float, Double, Boolean or [GgufArray].
    public Map<String, Object> values() {
        return values;
    }

    /// How a key's value is written; empty if there is no such key.
    Optional<ValueType> type(String key) {
        return Optional.ofNullable(types.get(key));
    }

    /// In the order of [#values].
    List<Entry> entries() {
        return entries;
    }

    /// Whether this is a part of a split model.
    public boolean isPart() {
        return integer("split.count").orElse(0) > 1;
    }

    public List<TensorInfo> tensors() {
        return tensors;
    }

    public Optional<String> string(String key) {
        return values.get(key) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    public OptionalLong integer(String key) {
        return values.get(key) instanceof Long number ? OptionalLong.of(number) : OptionalLong.empty();
    }

    /// A number of any type.
    public OptionalDouble decimal(String key) {
        return values.get(key) instanceof Number number
                ? OptionalDouble.of(number.doubleValue())
                : OptionalDouble.empty();
    }

    public Optional<Boolean> flag(String key) {
        return values.get(key) instanceof Boolean flag ? Optional.of(flag) : Optional.empty();
    }

    public Optional<GgufArray> array(String key) {
        return values.get(key) instanceof GgufArray array ? Optional.of(array) : Optional.empty();
    }

    /// The model's family, for example `llama`; `unknown` where the file does not say.
    public String architecture() {
        return string("general.architecture").orElse("unknown");
    }

    /// The architecture's own key: `llama.context_length` for `context_length`.
    public String architectureKey(String key) {
        return architecture() + "." + key;
    }

    /// `model` where the file does not say; others are `adapter`, `mmproj`.
    public String kind() {
        return string("general.type").orElse("model");
    }

    /// Elements of all tensors together.
    public long parameterCount() {
        return tensors.stream().mapToLong(TensorInfo::elements).sum();
    }

    /// Bytes of all tensors together.
    public long weightsBytes() {
        return tensors.stream().mapToLong(TensorInfo::bytes).sum();
    }

    /// The number of parameters for people, as Ollama writes it: `134.52M`, `1.2B`, `8B`.
    public String parameterSize() {
        return humanCount(parameterCount());
    }

    /// As [#parameterSize], of a sum over several files.
    public static String humanCount(long count) {
        if (count >= 1_000_000_000_000L) return scaled(count, 12, 1) + "T";
        if (count >= 1_000_000_000L) return scaled(count, 9, 1) + "B";
        if (count >= 1_000_000L) return scaled(count, 6, 2) + "M";
        return count >= 1_000 ? scaled(count, 3, 0) + "K" : Long.toString(count);
    }

    private static String scaled(long count, int zeros, int digits) {
        BigDecimal number = BigDecimal.valueOf(count, zeros);
        boolean whole = number.stripTrailingZeros().scale() <= 0;
        return number.setScale(whole ? 0 : digits, RoundingMode.HALF_EVEN).toPlainString();
    }

    /// `Q4_K_M`, `F16`, or `unknown`.
    public String quantizationLevel() {
        OptionalLong fileType = integer("general.file_type");
        return fileType.isPresent() ? QuantizationNames.of(fileType.getAsLong()) : "unknown";
    }

    /// Tokens the model was trained to look at.
    public OptionalInt contextLength() {
        return count("context_length");
    }

    public OptionalInt embeddingLength() {
        return count("embedding_length");
    }

    /// Layers; checked to be at most 4096.
    public OptionalInt blockCount() {
        OptionalInt blocks = count("block_count");
        if (blocks.isPresent() && blocks.getAsInt() > Limits.BLOCKS) {
            throw new GgufException(path + ": key " + architectureKey("block_count") + " is " + blocks.getAsInt()
                    + "; at most " + Limits.BLOCKS + " are allowed");
        }
        return blocks;
    }

    /// Tokens a layer with a window looks back; empty where every layer sees everything.
    public OptionalInt slidingWindow() {
        return count("attention.sliding_window");
    }

    public OptionalInt vocabSize() {
        OptionalInt size = count("vocab_size");
        if (size.isPresent()) return size;
        Optional<GgufArray> tokens = array("tokenizer.ggml.tokens");
        return tokens.isPresent() ? OptionalInt.of(tokens.get().count()) : OptionalInt.empty();
    }

    /// The model's own Jinja template.
    public Optional<String> chatTemplate() {
        return string("tokenizer.chat_template");
    }

    /// Whether the model makes embeddings rather than text.
    public boolean poolsEmbeddings() {
        return values.containsKey(architectureKey("pooling_type"));
    }

    /// How the model makes one vector of a text's, by llama.cpp's number: 0 none, 1 mean, 2 first, 3 last, 4 rank.
    public OptionalInt poolingType() {
        return count("pooling_type");
    }

    /// Elements of the vectors it makes of texts.
    public OptionalInt vectorLength() {
        OptionalInt length = count("embedding_length_out");
        return length.isPresent() ? length : embeddingLength();
    }

    /// Whether the model only reads, and keeps no cache of what it has read.
    ///
    /// @see <a href="https://github.com/ggml-org/llama.cpp/blob/master/src/llama-model.cpp">llama-model.cpp,
    ///      `create_memory`</a>
    public boolean isEncoder() {
        return ENCODERS.contains(architecture());
    }

    /// Whether tokens look at those that follow them, so that a text cannot be read piece by piece.
    public boolean readsWholeTexts() {
        return isEncoder() || !flag(architectureKey("attention.causal")).orElse(true);
    }

    /// Whether the model can go on with a text (rule V15): it was made for that, and sees only what came before.
    public boolean writesText() {
        String tokeniser = string("tokenizer.ggml.model").orElse("");
        boolean translates = tokeniser.equals("t5") || architecture().startsWith("t5");
        return !poolsEmbeddings() && !readsWholeTexts() && !translates && !tokeniser.equals("bert");
    }

    /// How the memory planner sees the attention; empty for files that are no language model.
    ///
    /// @throws GgufException if the keys contradict one another
    public Optional<AttentionShape> attention() {
        return AttentionShape.of(this);
    }

    /// Bytes of the KV cache that one token takes over all layers; `0` for a model without attention. With a
    /// sliding window this is the most it can be.
    ///
    /// @param bytesPerElement 2 for F16, 34 / 32.0 for Q8_0
    /// @throws GgufException if the keys contradict one another
    public long kvBytesPerToken(double bytesPerElement) {
        return attention().map(shape -> shape.kvBytesPerToken(bytesPerElement)).orElse(0L);
    }

    private OptionalInt count(String key) {
        OptionalLong number = integer(architectureKey(key));
        if (number.isEmpty() || number.getAsLong() < 0 || number.getAsLong() > Integer.MAX_VALUE) {
            return OptionalInt.empty();
        }
        return OptionalInt.of((int) number.getAsLong());
    }

    /// What the model can do as far as its file tells, by the tests Ollama uses: `completion` or `embedding`,
    /// `tools`, `thinking`, `vision`, `audio`.
    public Set<String> capabilities() {
        Set<String> found = new LinkedHashSet<>();
        found.add(writesText() ? "completion" : "embedding");
        String jinja = chatTemplate().orElse("");
        if (jinja.contains("tools") || jinja.contains("tool_call")) found.add("tools");
        boolean tags = jinja.contains("<think>") && jinja.contains("</think>");
        boolean splits = jinja.contains("split('</think>')") || jinja.contains("split(\"</think>\")");
        if (tags || splits) found.add("thinking");
        if (values().containsKey(architectureKey("vision.block_count"))) found.add("vision");
        if (values().containsKey(architectureKey("audio.block_count"))) found.add("audio");
        return found;
    }

    @Override
    public String toString() {
        return path + " (" + architecture() + ", " + parameterSize() + ", " + quantizationLevel() + ")";
    }
}
