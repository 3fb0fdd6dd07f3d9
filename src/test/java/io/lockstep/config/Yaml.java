package io.lockstep.config;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lockstep.error.ConfigException;
import java.util.List;

/** What the tests of this package share. */
final class Yaml {
    /** The least that a config can say: three required keys on four lines. */
    static final String LEAST = """
            task: classification
            data:
              train: digits.csv
              label: digit
            """;

    private Yaml() {}

    static LockstepConfig read(String yaml, String... overrides) {
        return ConfigReader.read(yaml, "digits.yaml", List.of(overrides));
    }

    /** The least config with more lines, which start at line 5. */
    static LockstepConfig readWith(String lines, String... overrides) {
        return read(LEAST + lines, overrides);
    }

    static String mistakes(String yaml, String... overrides) {
        ConfigException exception = catchThrowableOfType(ConfigException.class, () -> read(yaml, overrides));
        return exception == null ? "" : exception.getMessage();
    }

    static String mistakesWith(String lines, String... overrides) {
        return mistakes(LEAST + lines, overrides);
    }
}
