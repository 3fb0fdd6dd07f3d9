package io.lockstep.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.math.ChunkedSum;
import io.lockstep.nn.Activation;
import io.lockstep.nn.Initializer;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.ParameterBlock;
import io.lockstep.nn.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the optimizer does to a batch normalization's running averages, and what they do not do to the rest. */
class RunningAverageTest {
    private static final double MOMENTUM = 0.8;
    /** More than a chunk of 4,096, with running averages on both sides of its end. */
    private static final NetworkSpec NETWORK = new NetworkSpec(
            new Shape.Vector(9),
            List.of(
                    new LayerSpec.Dense(330, LayerSpec.Bias.NONE),
                    new LayerSpec.BatchNorm(MOMENTUM, 1e-5),
                    new LayerSpec.Activate(Activation.of(Activation.Kind.RELU)),
                    new LayerSpec.Dense(5),
                    new LayerSpec.Activate(Activation.of(Activation.Kind.RELU)),
                    new LayerSpec.BatchNorm(MOMENTUM, 1e-5),
                    new LayerSpec.Dense(3)),
            Loss.SOFTMAX_CROSS_ENTROPY);

    private static final int COUNT = 48;

    static List<OptimizerSpec> specs() {
        return OptimizerTest.specs();
    }

    @ParameterizedTest
    @MethodSource("specs")
    void averagesMoveByTheirMomentumWhateverTheOptimizerTheRateAndTheClipping(OptimizerSpec spec) {
        Optimizer optimizer = new Optimizer(
                spec, new Regularization(3, 2, OptionalDouble.of(1e-3), OptionalDouble.of(1e-4), 10), NETWORK);
        float[] theta = NETWORK.initialize(Initializer.AUTO, 1);
        double[] expected = new double[theta.length];
        for (int i = 0; i < theta.length; i++) {
            expected[i] = theta[i];
        }
        Random random = new Random(2);
        for (int step = 0; step < 20; step++) {
            float[] sum = gaussians(random, theta.length);
            for (int i = 0; i < theta.length; i++) {
                expected[i] = MOMENTUM * expected[i] + (1 - MOMENTUM) * sum[i] / COUNT;
            }
            optimizer.step(theta, sum, COUNT, 0.01 * step);
        }
        int averages = 0;
        for (ParameterBlock block : NETWORK.parameters()) {
            for (int i = block.offset(); i < block.offset() + block.size(); i++) {
                if (block.name().startsWith("running_")) {
                    averages++;
                    // 20 roundings of numbers below 1
                    assertThat((double) theta[i]).as(block.tensorName()).isCloseTo(expected[i], within(2e-6));
                }
            }
        }
        assertThat(averages).isEqualTo(2 * 330 + 2 * 5);
    }

    @Test
    void theNormThatIsClippedHasNoAverages() {
        Random random = new Random(3);
        float[] sum = gaussians(random, NETWORK.parameterCount());
        double squares = 0;
        for (ParameterBlock block : NETWORK.parameters()) {
            for (int i = block.offset(); i < block.offset() + block.size(); i++) {
                if (block.name().startsWith("running_")) {
                    sum[i] = 1e6f;
                } else {
                    squares += (double) sum[i] * sum[i];
                }
            }
        }
        double norm = Math.sqrt(squares) / COUNT;
        Optimizer optimizer = new Optimizer(
                new OptimizerSpec.Sgd(1),
                new Regularization(0, 0, OptionalDouble.of(norm / 4), OptionalDouble.empty(), 10),
                NETWORK);
        float[] theta = new float[sum.length];
        optimizer.step(theta, sum, COUNT, 1);
        ParameterBlock gamma = NETWORK.parameters().get(1);
        for (int i = gamma.offset(); i < gamma.offset() + gamma.size(); i++) {
            // a quarter of the mean gradient, in float
            assertThat((double) theta[i]).isCloseTo(-sum[i] / COUNT / 4, within(1e-6));
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void aStepBySlicesHasTheBitsOfAWholeStep(OptimizerSpec spec) {
        Regularization all = new Regularization(3, 2, OptionalDouble.of(1e-2), OptionalDouble.empty(), 10);
        float[] whole = NETWORK.initialize(Initializer.AUTO, 1);
        float[] sliced = whole.clone();
        Optimizer one = new Optimizer(spec, all, NETWORK);
        Optimizer other = new Optimizer(spec, all, NETWORK);
        Random random = new Random(5);
        for (int step = 1; step <= 5; step++) {
            float[] sum = gaussians(random, whole.length);
            float[] same = sum.clone();
            one.step(whole, sum, COUNT, 0.01);
            int[] cuts = {0, 3, 2971, ChunkedSum.CHUNK, whole.length};
            double squares =
                    other.squares(same, 0, ChunkedSum.CHUNK) + other.squares(same, ChunkedSum.CHUNK, same.length);
            Optimizer.Step shared = new Optimizer.Step(step, COUNT, 0.01, squares);
            for (int cut = cuts.length - 1; cut > 0; cut--) {
                other.stepSlice(sliced, same, cuts[cut - 1], cuts[cut], shared);
            }
            other.stepped(1);
        }
        assertThat(sliced).containsExactly(whole);
        assertThat(whole.length).isGreaterThan(ChunkedSum.CHUNK + 1000);
    }

    @Test
    void averagesHaveNoStateAndAreNotRegularized() {
        Optimizer optimizer = new Optimizer(
                new OptimizerSpec.AdamW(0.1, 0.9, 0.999, 1e-8, 0.5),
                new Regularization(1e4, 1e4, OptionalDouble.empty(), OptionalDouble.empty(), 1),
                NETWORK);
        float[] theta = new float[NETWORK.parameterCount()];
        Arrays.fill(theta, 1f);
        float[] sum = new float[theta.length];
        Arrays.fill(sum, COUNT);
        optimizer.step(theta, sum, COUNT, 0.1);
        float[][] state = optimizer.state(0, theta.length);
        for (ParameterBlock block : NETWORK.parameters()) {
            for (int i = block.offset(); i < block.offset() + block.size(); i++) {
                if (block.name().startsWith("running_")) {
                    // an average of 1 that meets a 1; momentum and its complement are floats
                    assertThat(theta[i]).isCloseTo(1f, within(2e-7f));
                    assertThat(state[0][i]).isZero();
                } else {
                    assertThat(theta[i]).isLessThan(0.95f);
                    assertThat(state[0][i]).isNotZero();
                }
            }
        }
    }

    private static float[] gaussians(Random random, int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
