package io.lockstep.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.error.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConfigFuzzTest {
    private static final int MUTANTS = 500;
    private static final List<String> PIECES = List.of(
            "\t",
            "\n",
            "  ",
            ":",
            ": ",
            "- ",
            "[",
            "]",
            "{",
            "}",
            "&a ",
            "*a",
            "!!int ",
            "'",
            "\"",
            "|",
            ">",
            "%",
            "@",
            "`",
            "#",
            "---\n",
            "...",
            "? ",
            "null",
            "~",
            "-1",
            "1e999",
            "9".repeat(40),
            ".nan",
            "yes",
            "\0",
            "\ud83d",
            "\u2028",
            "\\",
            "\"\\U00110000\"",
            "\"\\x\"",
            "<<: ",
            "é");

    @Test
    void everyMutantOfAValidFileIsReadOrRefusedWithAMessage() throws IOException {
        String valid;
        try (InputStream in = ConfigFuzzTest.class.getResourceAsStream("design.yaml")) {
            valid = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        Random random = new Random(30);
        int refused = 0;
        for (int i = 0; i < MUTANTS; i++) {
            String mutant = valid;
            for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
                mutant = mutate(mutant, random);
            }
            try {
                assertThat(ConfigReader.read(mutant, "digits.yaml", List.of())).isNotNull();
            } catch (ConfigException e) {
                refused++;
                assertThat(e.getMessage().lines())
                        .as(mutant)
                        .isNotEmpty()
                        .allMatch(line -> line.matches("digits\\.yaml:[1-9][0-9]*  .+[.?]"))
                        .noneMatch(line -> line.contains("yaml.snakeyaml") || line.contains("Exception"));
            } catch (RuntimeException e) {
                throw new AssertionError("neither read nor refused:\n" + mutant, e);
            }
        }
        // most edits hit a comment or a key; far from either bound means that the mutation itself is broken
        assertThat(refused).isBetween(MUTANTS / 4, MUTANTS - 10);
    }

    private static String mutate(String text, Random random) {
        int from = random.nextInt(text.length());
        int to = Math.min(text.length(), from + 1 + random.nextInt(8));
        String piece = PIECES.get(random.nextInt(PIECES.size()));
        return switch (random.nextInt(4)) {
            case 0 -> text.substring(0, from) + text.substring(to);
            case 1 -> text.substring(0, from) + piece + text.substring(from);
            case 2 -> text.substring(0, from) + piece + text.substring(to);
            default -> text.substring(0, from) + text.substring(from, to).repeat(2) + text.substring(to);
        };
    }
}
