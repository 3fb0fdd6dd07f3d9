package io.lockstep.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A config as the file that a model directory keeps. */
class ConfigYamlTest {
    @Test
    void readingTheFileGivesTheConfigAgain() {
        Random random = new Random(6);
        for (int i = 0; i < 300; i++) {
            LockstepConfig config = RandomConfigs.next(random);
            String yaml = ConfigWriter.yaml(ConfigWriter.toMap(config));
            assertThat(ConfigReader.read(yaml, "config.yaml", List.of()))
                    .as(yaml)
                    .isEqualTo(config);
        }
    }

    @Test
    void textThatLooksLikeSomethingElseStaysText() {
        for (String text : List.of(
                "yes",
                "No",
                "~",
                "null",
                "1",
                "1e3",
                "0x1F",
                "-",
                "- a",
                "a: b",
                "a #b",
                "'",
                "\"",
                "{",
                "[",
                "&a",
                "*a",
                "!t",
                "%",
                "@",
                "`",
                "|",
                ">",
                "? a",
                " a",
                "a ",
                "a\nb",
                "a\n\n  b\n",
                "2001-01-01",
                "1:30",
                ".inf",
                "=",
                "<<",
                "true",
                "a\u2028b",
                "🦊",
                "a\tb",
                "---",
                "...")) {
            LockstepConfig config = Yaml.readWith("");
            LockstepConfig named = new LockstepConfig(
                    config.name(),
                    config.task(),
                    config.data(),
                    config.network(),
                    config.inputDropout(),
                    config.initializer(),
                    config.training(),
                    config.sync(),
                    config.shards(),
                    config.checkpoint(),
                    config.output(),
                    new CardConfig(
                            Optional.of(text),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty()),
                    config.registry(),
                    config.retrain());
            String yaml = ConfigWriter.yaml(ConfigWriter.toMap(named));
            assertThat(ConfigReader.read(yaml, "config.yaml", List.of()).card().intendedUse())
                    .as(yaml)
                    .contains(text);
        }
    }

    @Test
    void aCardIsReadByItsKeysAndAnUnknownOneIsRefused() {
        CardConfig card = Yaml.readWith("card: { intended_use: sorting mail, contact: mail@example.org }")
                .card();
        assertThat(card.intendedUse()).contains("sorting mail");
        assertThat(card.contact()).contains("mail@example.org");
        assertThat(card.limits()).isEmpty();
        assertThat(Yaml.readWith("card: null").card()).isEqualTo(Defaults.CARD);
        assertThat(Yaml.mistakesWith("card: { use: x }")).contains("card.use", "intended_use");
    }
}
