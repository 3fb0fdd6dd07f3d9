package io.lockstep.config;

import static io.lockstep.config.Yaml.mistakesWith;
import static io.lockstep.config.Yaml.readWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.optim.OptimizerSpec;
import org.junit.jupiter.api.Test;

class ConfigOverridesTest {
    private static final String LAYERS = "network:\n  - { dense: 300 }\n  - { dense: 100 }\n";

    @Test
    void anOverrideReplacesAValueAndTheLastOneWins() {
        assertThat(readWith("training: { epochs: 3 }", "training.epochs=4", "training.epochs=5")
                        .training()
                        .epochs())
                .isEqualTo(5);
    }

    @Test
    void anOverrideMakesTheSectionsOnItsWay() {
        assertThat(readWith("", "training.optimizer.learning_rate=1e-2")
                        .training()
                        .optimizer())
                .isEqualTo(new OptimizerSpec.Adam(0.01, 0.9, 0.999, 1e-8));
    }

    @Test
    void anOverrideSetsAKeyOfAnOptimizerThatTheFileNamesBare() {
        assertThat(readWith("training: { optimizer: sgd }", "training.optimizer.learning_rate=0.5")
                        .training()
                        .optimizer())
                .isEqualTo(new OptimizerSpec.Sgd(0.5));
    }

    @Test
    void aListElementIsNamedInBracketsOrByADot() {
        assertThat(readWith(LAYERS, "network[0].dense=7", "network.1.dense=8").network())
                .extracting(HiddenLayer::units)
                .containsExactly(7, 8);
    }

    @Test
    void anOverrideMayBeAWholeMapOrList() {
        assertThat(readWith(LAYERS, "network=[{dense: 1}]", "data.split={train: 1}"))
                .satisfies(config -> assertThat(config.network()).hasSize(1))
                .satisfies(config -> assertThat(config.data().split()).isEqualTo(new Split(1, 0, 0)));
    }

    @Test
    void aWrongValueIsReportedAtTheOverride() {
        assertThat(mistakesWith("training: { epochs: 3 }", "training.epochs=x"))
                .isEqualTo("--set training.epochs=x  training.epochs: expected a whole number >= 1, found \"x\".");
    }

    @Test
    void anUnknownKeyIsReportedAtTheOverride() {
        assertThat(mistakesWith("", "shard=2"))
                .isEqualTo(
                        "--set shard=2  shard: unknown key. Known here: name, task, data, network, input_dropout,"
                                + " initializer, training, sync, shards, checkpoint, output, card, registry, retrain. Did you mean \"shards\"?");
    }

    @Test
    void anOverrideWithoutAValueIsRefused() {
        assertThat(mistakesWith("", "training.epochs", "a..b=1", "=1")).isEqualTo("""
                        --set training.epochs  expected key.path=value, such as training.epochs=10 or network[0].dense=100.
                        --set a..b=1  expected key.path=value, such as training.epochs=10 or network[0].dense=100.
                        --set =1  expected key.path=value, such as training.epochs=10 or network[0].dense=100.""");
    }

    @Test
    void anElementThatTheListLacksIsRefused() {
        assertThat(mistakesWith(LAYERS, "network[2].dense=1"))
                .isEqualTo(
                        "--set network[2].dense=1  network: the list has no element \"2\"; it has 2, counted from 0.");
    }

    @Test
    void aPathThroughANumberIsRefused() {
        assertThat(mistakesWith("training: { epochs: 3 }", "training.epochs.x=1"))
                .isEqualTo("--set training.epochs.x=1  training.epochs: expected a map with a key \"x\", found 3.");
    }

    @Test
    void brokenYamlInAnOverrideIsRefused() {
        assertThat(mistakesWith("", "network=[1"))
                .isEqualTo("--set network=[1  not valid YAML at column 3: expected ',' or ']', but got <stream end>.");
    }
}
