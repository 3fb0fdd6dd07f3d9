package io.lockstep.config;

import static io.lockstep.config.Yaml.mistakes;
import static io.lockstep.config.Yaml.mistakesWith;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class YamlSyntaxTest {

    @Test
    void linesAreRightInBlockAndFlowStyle() {
        assertThat(mistakesWith("""
                        # a comment

                        training: {
                          epochs: 0,
                          optimizer: { name: sgd,
                            learning_rate: 0 } }
                        network:
                          -
                            dense: 0
                          - dense: 1
                            dropout: 2
                        """)).isEqualTo("""
                        digits.yaml:8  training.epochs: expected a whole number >= 1, found 0.
                        digits.yaml:10  training.optimizer.learning_rate: expected a number > 0, found 0.
                        digits.yaml:13  network[0].dense: expected a whole number >= 1, found 0.
                        digits.yaml:15  network[1].dropout: expected a number in [0, 1), found 2.""");
    }

    @Test
    void anEmptyFileIsRefused() {
        String message = "digits.yaml:1  the config is empty. It needs at least task, data.train and data.label.";
        assertThat(mistakes("")).isEqualTo(message);
        assertThat(mistakes("# nothing\n")).isEqualTo(message);
        assertThat(mistakes("---\n")).isEqualTo(message);
    }

    @Test
    void aTopLevelThatIsNoMapIsRefused() {
        assertThat(mistakes("- task"))
                .isEqualTo("digits.yaml:1  expected a map of keys such as \"task: classification\", found a list.");
        assertThat(mistakes("task"))
                .isEqualTo("digits.yaml:1  expected a map of keys such as \"task: classification\", found \"task\".");
    }

    @Test
    void aDuplicateKeyIsRefused() {
        assertThat(mistakesWith("training:\n  epochs: 1\n  epochs: 2"))
                .isEqualTo("digits.yaml:7  training.epochs: the key is there twice, first at digits.yaml:6. Keep one.");
    }

    @Test
    void aSyntaxErrorIsRefusedInOneSentence() {
        assertThat(mistakesWith("name: a: b"))
                .isEqualTo("digits.yaml:5  not valid YAML at column 8: mapping values are not allowed here.");
        assertThat(mistakesWith("network: [1, 2\n"))
                .isEqualTo("digits.yaml:6  not valid YAML at column 1: expected ',' or ']', but got <stream end>.");
        assertThat(mistakesWith("? [a]\n: b"))
                .isEqualTo(
                        "digits.yaml:5  not valid YAML at column 3: a key must be a plain name, not a list or a map.");
    }

    @Test
    void aTabThatIndentsIsRefused() {
        assertThat(mistakesWith("training:\n\tepochs: 1"))
                .isEqualTo("digits.yaml:6  a tab indents this line. YAML allows only spaces there: replace the tab.");
    }

    @Test
    void aCharacterThatYamlForbidsIsRefused() {
        assertThat(mistakesWith("name: a\u0001"))
                .isEqualTo("digits.yaml:5  the character U+0001 is not allowed in YAML. Remove it.");
    }

    @Test
    void aSecondDocumentIsRefused() {
        assertThat(mistakesWith("---\nname: a"))
                .isEqualTo(
                        "digits.yaml:6  a second YAML document starts here. Put one config in a file; remove the ---.");
    }

    @Test
    void anchorsAliasesAndTagsAreRefused() {
        String remedy = " is not allowed in a config. Write the value itself, in quotes if it is text.";
        assertThat(mistakesWith("name: &a b")).isEqualTo("digits.yaml:5  name: an anchor (&)" + remedy);
        assertThat(mistakesWith("training: &a\n  epochs: 1"))
                .isEqualTo("digits.yaml:5  training: an anchor (&)" + remedy);
        assertThat(mistakesWith("name: *a")).isEqualTo("digits.yaml:5  name: an alias (*)" + remedy);
        assertThat(mistakesWith("name: !!java.net.URL b")).isEqualTo("digits.yaml:5  name: a tag (!)" + remedy);
    }

    @Test
    void quotedTextMayStartLikeAnAnchor() {
        assertThat(Yaml.readWith("name: \"&a\"").name()).isEqualTo("&a");
        assertThat(Yaml.read("\ufeff# größe 😀\n" + Yaml.LEAST + "name: '*'").name())
                .isEqualTo("*");
    }

    @Test
    void deepNestingIsRefused() {
        assertThat(mistakesWith("network: " + "[".repeat(100_000)))
                .isEqualTo("digits.yaml:5  maps and lists are nested deeper than 50 levels.");
    }

    @Test
    void aHugeFileIsRefused() {
        assertThat(mistakes("#".repeat((1 << 20) + 1)))
                .isEqualTo("digits.yaml:1  a config has at most 1048576 bytes, this file has 1048577.");
    }

    // some seconds at most; a parser or a reader that is quadratic in the file takes an hour
    @Test
    @Timeout(60)
    void aLargeFileOfMistakesIsReadInLinearTime() {
        int keys = 100_000;
        String lines = IntStream.range(0, keys).mapToObj(i -> "k" + i + ": 1\n").collect(Collectors.joining());
        assertThat(mistakesWith(lines).lines()).hasSize(keys);
    }
}
