package dev.chasqui.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import tools.jackson.core.JacksonException;

/// Somebody else's opinion of whether a text follows a schema.
public final class Judge {

    private final Schema schema;

    public Judge(String schema) {
        this.schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema, InputFormat.JSON);
    }

    /// What is wrong with a text.
    public List<Error> errors(String text) {
        try {
            return schema.validate(
                    text,
                    InputFormat.JSON,
                    context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
        } catch (JacksonException e) {
            // It cannot compare 1e50 with a whole number.
            assertThat(e).hasMessageContaining("not in 64-bit `long` range");
            return List.of();
        }
    }
}
