package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.config.ConfigReader;
import io.lockstep.config.LockstepConfig;
import io.lockstep.nn.LayerActivity;
import io.lockstep.train.HealthWarning.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Made-up histories: what is warned of, when, and what is not. */
class HealthWatchTest {
    private static LockstepConfig config(String... overrides) {
        List<String> all = new ArrayList<>(List.of(overrides));
        return ConfigReader.read("""
                task: classification
                network: [{ dense: 8, activation: sigmoid }, { dense: 8, activation: relu }]
                data: { train: a.csv, label: b }
                """, "t.yaml", all);
    }

    private static LayerHealth layer(int number, double signal, int dead, int saturated) {
        return new LayerHealth(
                new LayerActivity(number, 8, 1, signal, 1, 1, OptionalInt.of(dead), OptionalInt.of(saturated)),
                "layer " + number,
                0.1);
    }

    private static NetworkHealth health(double loss, LayerHealth... layers) {
        return new NetworkHealth(100, loss, List.of(layers));
    }

    private static NetworkHealth sound(double loss) {
        return health(loss, layer(1, 0.5, 0, 0), layer(2, 2, 1, 1), layer(3, 1, 0, 0));
    }

    private static List<HealthWarning> look(HealthWatch watch, int epoch, NetworkHealth health) {
        return watch.epoch(epoch, health, 1, OptionalDouble.empty());
    }

    @Test
    void gradientsThatVanishBeforeAndAfterTheFirstEpochAreWarnedOfOnce() {
        NetworkHealth vanished = health(1, layer(1, 0.9e-3, 0, 0), layer(2, 0.1, 0, 0), layer(3, 1, 0, 0));
        HealthWatch watch = new HealthWatch(config(), vanished);
        assertThat(look(watch, 1, vanished))
                .containsExactly(new HealthWarning(
                        Kind.VANISHING_GRADIENTS,
                        1,
                        "vanishing gradients: layer 1 gets 9.00e-04 of the gradient that the output layer gets. Use"
                                + " activation: relu instead of sigmoid, set batch_norm: true in the hidden layers, or take"
                                + " fewer of them."));
        assertThat(look(watch, 2, vanished)).isEmpty();
        assertThat(watch.warnings()).hasSize(1);
    }

    @Test
    void oneLookAloneMayBeChance() {
        NetworkHealth vanished = health(1, layer(1, 0.9e-3, 0, 0), layer(2, 1, 0, 0));
        HealthWatch watch = new HealthWatch(config(), vanished);
        assertThat(look(watch, 1, sound(1))).isEmpty();
        assertThat(look(watch, 2, vanished)).isEmpty();
        assertThat(look(watch, 3, sound(1))).isEmpty();
        assertThat(look(watch, 4, vanished)).isEmpty();
        assertThat(look(watch, 5, vanished)).extracting(HealthWarning::epoch).containsExactly(5);
    }

    @Test
    void gradientsThatGrowAThousandfoldOnTheirWayDownExplode() {
        NetworkHealth exploded = health(1, layer(1, 1001, 0, 0), layer(2, 1, 0, 0));
        HealthWatch watch = new HealthWatch(config("initializer=he"), exploded);
        assertThat(look(watch, 1, exploded))
                .containsExactly(new HealthWarning(
                        Kind.EXPLODING_GRADIENTS,
                        1,
                        "exploding gradients: layer 1 gets 1000 times the gradient that the output layer gets. Set"
                                + " training.clip_norm: 1, use initializer: xavier, lower"
                                + " training.optimizer.learning_rate (0.001) to 1.00e-04, or set batch_norm: true in the"
                                + " hidden layers."));
    }

    @Test
    void deadAndSaturatedUnitsAreCounted() {
        NetworkHealth ill = health(1, layer(1, 1, 3, 3), layer(2, 1, 4, 6), layer(3, 1, 0, 0));
        HealthWatch watch = new HealthWatch(config("data.normalize=none"), ill);
        List<HealthWarning> warnings = look(watch, 1, ill);
        assertThat(warnings).extracting(HealthWarning::kind).containsExactly(Kind.DEAD_UNITS, Kind.SATURATED_UNITS);
        assertThat(warnings.get(0).message())
                .startsWith("dead ReLU units: 4 of 8 units of layer 2 are 0 for each of 100 training examples")
                .contains("data.normalize: standard")
                .endsWith("or use activation: leaky_relu.");
        assertThat(warnings.get(1).message())
                .startsWith("saturated units: 6 of 8 units of layer 2 are at their limits");
    }

    @Test
    void aLayerThatIsDeadAsAWholeDoesNotMakeGradientsVanishToo() {
        NetworkHealth dead = health(1, layer(1, 0, 0, 0), layer(2, 0, 8, 0), layer(3, 1, 0, 0));
        HealthWatch watch = new HealthWatch(config(), dead);
        assertThat(look(watch, 1, dead)).extracting(HealthWarning::kind).containsExactly(Kind.DEAD_UNITS);
    }

    @Test
    void aLossAboveThatOfTheFirstThetaTellsOfALearningRateThatIsTooHigh() {
        HealthWatch watch = new HealthWatch(config(), sound(2));
        assertThat(look(watch, 1, sound(3.1))).as("once may be chance").isEmpty();
        assertThat(look(watch, 2, sound(3.1))).singleElement().satisfies(warning -> {
            assertThat(warning.kind()).isEqualTo(Kind.LEARNING_RATE_TOO_HIGH);
            assertThat(warning.message())
                    .isEqualTo("learning rate too high: the loss on training examples is 3.1, before the first"
                            + " step it was 2. Lower training.optimizer.learning_rate (0.001) to 1.00e-04,"
                            + " warm it up (training.schedule: { warmup_epochs: 1 }), or set training.clip_norm.");
        });
        assertThat(look(new HealthWatch(config(), sound(2)), 1, sound(21)))
                .as("ten times is none")
                .hasSize(1);
        HealthWatch fine = new HealthWatch(config(), sound(2));
        assertThat(look(fine, 1, sound(2.9))).isEmpty();
        assertThat(look(fine, 2, sound(2.9))).isEmpty();
    }

    @Test
    void miniBatchesTellItBeforeTheEpochEnds() {
        HealthWatch watch = new HealthWatch(config(), sound(2));
        for (int step = 1; step <= 4; step++) {
            assertThat(watch.step(1, step, 21)).isEmpty();
        }
        assertThat(watch.step(1, 5, 19)).as("the row is broken").isEmpty();
        for (int step = 6; step <= 9; step++) {
            assertThat(watch.step(1, step, 21)).isEmpty();
        }
        assertThat(watch.step(1, 10, 30)).hasValueSatisfying(warning -> assertThat(warning.message())
                .startsWith("learning rate too high: the loss of step 10 is 30, before the first step it was 2."));
        assertThat(watch.step(1, 11, 40)).isEmpty();
    }

    @Test
    void aTrainLossThatRisesForThreeEpochsTellsItToo() {
        HealthWatch watch = new HealthWatch(config(), sound(2));
        double[] losses = {1, 0.4, 0.5, 0.7, 0.9};
        List<Integer> warned = new ArrayList<>();
        for (int epoch = 1; epoch <= losses.length; epoch++) {
            watch.epoch(epoch, sound(1), losses[epoch - 1], OptionalDouble.empty())
                    .forEach(warning -> warned.add(warning.epoch()));
        }
        assertThat(warned).containsExactly(5);
    }

    @Test
    void aDevLossThatRisesWhileTheTrainLossFallsIsOverfitting() {
        HealthWatch watch = new HealthWatch(config(), sound(2));
        double[] train = {1.0, 0.8, 0.6, 0.4, 0.3, 0.2, 0.1, 0.1, 0.1, 0.1};
        double[] dev = {0.9, 0.7, 0.7, 0.7, 0.8, 0.9, 0.9, 1.2, 1.2, 1.3};
        List<HealthWarning> warnings = new ArrayList<>();
        for (int epoch = 1; epoch <= train.length; epoch++) {
            warnings.addAll(watch.epoch(epoch, sound(1), train[epoch - 1], OptionalDouble.of(dev[epoch - 1])));
        }
        // epochs 2 to 5 have the least mean, (0.7 + 0.7 + 0.7 + 0.8)/4; those of 6 to 9 and of 7 to 10 exceed it by a
        // quarter
        assertThat(warnings)
                .containsExactly(new HealthWarning(
                        Kind.OVERFITTING,
                        10,
                        "overfitting: since epoch 5 the dev loss rose from 0.725 to 1.15, while the train loss fell from"
                                + " 0.525 to 0.1 (means of 4 epochs). Set training.l2, set dropout in the hidden layers,"
                                + " get more training data, or take a smaller network. The weights of the best epoch are"
                                + " kept."));
    }

    @Test
    void oneBadEpochOnASmallDevSetIsNoOverfitting() {
        HealthWatch watch = new HealthWatch(config(), sound(2));
        for (int epoch = 1; epoch <= 20; epoch++) {
            double dev = epoch % 5 == 0 ? 0.13 : 0.1;
            assertThat(watch.epoch(epoch, sound(1), 0.5 / epoch, OptionalDouble.of(dev)))
                    .isEmpty();
        }
    }

    @Test
    void aDevLossThatStaysOrATrainLossThatStaysIsNoOverfitting() {
        HealthWatch level = new HealthWatch(config(), sound(2));
        HealthWatch stuck = new HealthWatch(config(), sound(2));
        for (int epoch = 1; epoch <= 12; epoch++) {
            assertThat(level.epoch(epoch, sound(1), 1.0 / epoch, OptionalDouble.of(1 + 0.01 * epoch)))
                    .isEmpty();
            assertThat(stuck.epoch(epoch, sound(1), 1, OptionalDouble.of(1 + 0.2 * epoch)))
                    .isEmpty();
        }
    }
}
