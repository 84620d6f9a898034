package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Options;
import dev.chasqui.api.Summary;
import dev.chasqui.registry.RegistrySettings;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.ObjectNode;

/// How requests, answers and the configuration get to an engine in another process and back: as JSON, each value as it
/// was to the last bit, a text's lone surrogates too.
final class Wire {

    /// A prompt of tokens is one request's, and its text may have 32 MiB.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE) // a message's length is the limit
                    .build())
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();

    private static final JsonMapper MAPPER = JsonMapper.builder(FACTORY)
            .addModule(new SimpleModule()
                    .addSerializer(Options.class, new OptionsWriter())
                    .addDeserializer(Options.class, new OptionsReader())
                    .addSerializer(RegistrySettings.class, new RegistriesWithheld())
                    .addDeserializer(RegistrySettings.class, new NoRegistries())
                    .addSerializer(float[].class, new FloatsWriter())
                    .addDeserializer(float[].class, new FloatsReader()))
            .build();

    private Wire() {}

    /// What the other process is to open. All of the configuration gets there but how registries are spoken to.
    ///
    /// @param file its only model; empty for those of the store
    record Opening(EngineConfig config, Optional<Path> file) {}

    record Text(String model, String text, boolean addSpecial, boolean parseSpecial) {}

    record Tokens(String model, int[] tokens) {}

    record Plan(String model, Options options) {}

    /// @param id names the pin for [Unpin], in whatever process it is
    record Pin(long id, String name, GenerateRequest request) {}

    record Pinned(Summary cost) {}

    record Unpin(long id) {}

    static byte[] bytes(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /// @throws BackendException if it is no such value; as its own, if the value itself refuses to be
    static <T> T read(byte[] bytes, Class<T> type) {
        try {
            return MAPPER.readValue(bytes, type);
        } catch (JacksonException e) {
            if (e.getCause() instanceof BackendException refused) throw refused;
            throw BackendException.failed(
                    "what the engine's processes said to each other is not readable: " + e.getOriginalMessage(), e);
        }
    }

    /// Nobody speaks to registries there, and how it is done may hold a proxy's password.
    private static final class RegistriesWithheld extends ValueSerializer<RegistrySettings> {
        @Override
        public void serialize(RegistrySettings settings, JsonGenerator json, SerializationContext context) {
            json.writeString("withheld");
        }
    }

    private static final class NoRegistries extends ValueDeserializer<RegistrySettings> {
        @Override
        public RegistrySettings deserialize(JsonParser json, DeserializationContext context) {
            return RegistrySettings.fromEnvironment(Map.of("CHASQUI_OFFLINE", "1"));
        }
    }

    private static final class OptionsWriter extends ValueSerializer<Options> {
        @Override
        public void serialize(Options options, JsonGenerator json, SerializationContext context) {
            json.writePOJO(options.toMap());
        }
    }

    private static final class OptionsReader extends ValueDeserializer<Options> {
        @Override
        public Options deserialize(JsonParser json, DeserializationContext context) {
            ObjectNode node = context.readTree(json).asObject();
            return Options.parse(context.readTreeAsValue(node, Map.class));
        }
    }

    /// Vectors are the longest answers there are: four bytes a number.
    private static final class FloatsWriter extends ValueSerializer<float[]> {
        @Override
        public void serialize(float[] floats, JsonGenerator json, SerializationContext context) {
            ByteBuffer bytes = ByteBuffer.allocate(floats.length * Float.BYTES);
            bytes.asFloatBuffer().put(floats);
            json.writeBinary(bytes.array());
        }
    }

    private static final class FloatsReader extends ValueDeserializer<float[]> {
        @Override
        public float[] deserialize(JsonParser json, DeserializationContext context) {
            ByteBuffer bytes = ByteBuffer.wrap(json.getBinaryValue());
            float[] floats = new float[bytes.remaining() / Float.BYTES];
            bytes.asFloatBuffer().get(floats);
            return floats;
        }
    }
}
