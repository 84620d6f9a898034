package dev.chasqui.gguf;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The numbers of the gate's rules. Real models stay far below; what is above is an attack or damage.
///
/// `CHASQUI_GGUF_LIMITS` sets some of them, for example `keys=1000,architectures=newmodel`. Whoever raises one
/// takes the risk: above 512 `blocks` and 1,024 `experts` llama.cpp v0.5.0 ends the process.
///
/// @param numbers       the most there may be of each
/// @param architectures V10: families to load beside those that llama.cpp v0.5.0 knows; `any` lets all pass
public record GateLimits(Map<Limit, Double> numbers, Set<String> architectures) {

    public static final String VARIABLE = "CHASQUI_GGUF_LIMITS";

    private static final String ARCHITECTURES = "architectures";
    private static final String ANY = "any";

    static final GateLimits DEFAULT = new GateLimits(
            Arrays.stream(Limit.values()).collect(Collectors.toMap(limit -> limit, limit -> limit.most)), Set.of());

    /// What is limited.
    public enum Limit {
        /// V4: keys of a file.
        KEYS("keys", 65_536),
        /// V4: tensors of a file.
        TENSORS("tensors", 65_536),
        /// V5: bytes of a key's name.
        KEY_BYTES("key-bytes", 65_535),
        /// V6: bytes of a string.
        STRING_BYTES("string-bytes", 16 << 20),
        /// V6: elements of an array.
        ARRAY_ELEMENTS("array-elements", 64 << 20),
        /// V7: what the tensors are aligned to, in bytes.
        ALIGNMENT("alignment", 65_536),
        /// V11: layers.
        BLOCKS("blocks", 512),
        /// V11: tokens a model says it was trained on.
        CONTEXT("context", 1 << 24),
        /// V12: experts of a layer.
        EXPERTS("experts", 1_024),
        /// V13: what keeps a norm from dividing by zero.
        EPSILON("epsilon", 0.1),
        /// V14: tokens of a vocabulary.
        TOKENS("tokens", 1 << 21),
        /// V14: bytes of a token; a quarter of it where the tokeniser keeps them in a tree.
        TOKEN_BYTES("token-bytes", 4_096),
        /// V16: bytes of a chat template.
        TEMPLATE_BYTES("template-bytes", 1 << 20),
        /// V17: files of a split model.
        PARTS("parts", 1_024);

        private final String label;
        private final double most;

        Limit(String label, double most) {
            this.label = label;
            this.most = most;
        }

        /// The name `CHASQUI_GGUF_LIMITS` knows it by.
        public String label() {
            return label;
        }
    }

    private static volatile @Nullable GateLimits standard;

    public GateLimits {
        numbers = Map.copyOf(numbers);
        architectures = Set.copyOf(architectures);
    }

    /// Those of the environment this process was started with.
    ///
    /// @throws GgufException naming what is wrong with `CHASQUI_GGUF_LIMITS`
    public static GateLimits standard() {
        GateLimits known = standard;
        if (known == null) standard = known = parse(System.getenv().getOrDefault(VARIABLE, ""));
        return known;
    }

    /// @param text `name=value` with commas between; what is not named keeps its default
    /// @throws GgufException naming the part that is wrong
    public static GateLimits parse(String text) {
        GateLimits limits = DEFAULT;
        for (String part : text.split(",")) {
            if (part.isBlank()) continue;
            String[] sides = part.strip().split("=", 2);
            if (sides.length != 2) throw wrong(part.strip(), "name=value");
            limits = limits.with(sides[0].strip(), sides[1].strip());
        }
        return limits;
    }

    private GateLimits with(String name, String value) {
        if (name.equals(ARCHITECTURES)) {
            Set<String> names = new TreeSet<>(Arrays.asList(value.split("\\+", -1)));
            if (names.contains("")) throw wrong(name + "=" + value, "names with + between, or any");
            return new GateLimits(numbers, names);
        }
        for (Limit limit : Limit.values()) {
            if (!limit.label.equals(name)) continue;
            Map<Limit, Double> changed = new EnumMap<>(numbers);
            changed.put(limit, number(limit, value));
            return new GateLimits(changed, architectures);
        }
        String known = Arrays.stream(Limit.values()).map(Limit::label).collect(Collectors.joining(", "));
        throw wrong(name + "=" + value, "one of " + known + ", " + ARCHITECTURES);
    }

    private static double number(Limit limit, String value) {
        boolean whole = limit != Limit.EPSILON;
        try {
            double number = whole ? Integer.parseInt(value) : Double.parseDouble(value);
            if (number > 0 && Double.isFinite(number)) return number;
        } catch (NumberFormatException e) {
            // said below
        }
        String expected = whole ? "a whole number from 1 to " + Integer.MAX_VALUE : "a number above 0";
        throw wrong(limit.label + "=" + value, expected);
    }

    private static GgufException wrong(String part, String expected) {
        return new GgufException(VARIABLE + " holds \"" + part + "\"; expected " + expected);
    }

    int most(Limit limit) {
        return numbers.getOrDefault(limit, limit.most).intValue();
    }

    double epsilon() {
        return numbers.getOrDefault(Limit.EPSILON, Limit.EPSILON.most);
    }

    boolean allows(String architecture) {
        return architectures.contains(ANY) || architectures.contains(architecture);
    }

    /// The same for the same limits: what was judged by others must be judged again.
    public String fingerprint() {
        String all = Arrays.stream(Limit.values())
                .map(limit -> limit.label + "=" + numbers.get(limit))
                .collect(Collectors.joining(","));
        return all + "," + ARCHITECTURES + "=" + new TreeSet<>(architectures);
    }
}
