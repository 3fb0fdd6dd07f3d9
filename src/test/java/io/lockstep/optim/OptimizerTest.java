package io.lockstep.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.math.ChunkedSum;
import io.lockstep.nn.Activation;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.ParameterBlock;
import io.lockstep.nn.Shape;
import io.lockstep.testing.PlainOptimizer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizerTest {
    private static final NetworkSpec NETWORK = new NetworkSpec(
            new Shape.Vector(7),
            List.of(
                    new LayerSpec.Dense(5),
                    new LayerSpec.Activate(Activation.of(Activation.Kind.RELU)),
                    new LayerSpec.Dense(3)),
            Loss.SOFTMAX_CROSS_ENTROPY);
    private static final int SIZE = NETWORK.parameterCount();
    private static final double ALPHA = 0.02;
    private static final int COUNT = 37;

    static List<OptimizerSpec> specs() {
        return List.of(
                new OptimizerSpec.Sgd(ALPHA),
                new OptimizerSpec.Momentum(ALPHA, 0.9),
                new OptimizerSpec.Nesterov(ALPHA, 0.8),
                new OptimizerSpec.RmsProp(ALPHA, 0.95, 1e-8),
                new OptimizerSpec.Adam(ALPHA, 0.9, 0.999, 1e-8),
                new OptimizerSpec.AdamW(ALPHA, 0.85, 0.99, 1e-7, 0.3));
    }

    @ParameterizedTest
    @MethodSource("specs")
    void fiftyStepsFollowTheFormulaOfThePaper(OptimizerSpec spec) {
        Random random = new Random(1);
        float[] theta = gaussians(random, SIZE);
        double[] expected = widen(theta);
        Optimizer optimizer = new Optimizer(spec, Regularization.none(), NETWORK);
        PlainOptimizer plain = new PlainOptimizer(spec, SIZE, weights());
        for (int step = 0; step < 50; step++) {
            double alpha = ALPHA / (1 + step % 7);
            float[] sum = gaussians(random, SIZE);
            plain.step(expected, scaled(sum, 1.0 / COUNT), alpha);
            optimizer.step(theta, sum, COUNT, alpha);
        }
        // 50 roundings of θ, |θ| < 4, to a unit in the last place of 2⁻²³·2 each, and as much for the state
        assertThat(widen(theta)).containsExactly(expected, within(5e-5));
    }

    /** Each from θ = 1 with gradients ½ and −¼ and α = 0.1, by hand. PyTorch gives the same (momentum: lr = 0.1·(1−β)). */
    static List<Known> known() {
        return List.of(
                new Known(new OptimizerSpec.Sgd(0.1), 0.95, 0.975),
                new Known(new OptimizerSpec.Momentum(0.1, 0.9), 0.995, 0.993),
                new Known(new OptimizerSpec.Nesterov(0.1, 0.9), 0.9905, 0.9912),
                new Known(new OptimizerSpec.RmsProp(0.1, 0.9, 1e-8), 0.683772, 0.831214),
                new Known(new OptimizerSpec.Adam(0.1, 0.9, 0.999, 1e-8), 0.9, 0.873366),
                new Known(new OptimizerSpec.AdamW(0.1, 0.9, 0.999, 1e-8, 0.1), 0.89, 0.854466));
    }

    record Known(OptimizerSpec spec, double first, double second) {}

    @ParameterizedTest
    @MethodSource("known")
    void twoStepsGiveTheNumbersWorkedOutByHand(Known known) {
        NetworkSpec one = new NetworkSpec(new Shape.Vector(1), List.of(new LayerSpec.Dense(1)), Loss.HALVED_SQUARED);
        Optimizer optimizer = new Optimizer(known.spec(), Regularization.none(), one);
        float[] theta = {1, 1};
        optimizer.step(theta, new float[] {0.5f, 0}, 1, 0.1);
        // the numbers above have six digits
        assertThat((double) theta[0]).isCloseTo(known.first(), within(1e-6));
        optimizer.step(theta, new float[] {-0.25f, 0}, 1, 0.1);
        assertThat((double) theta[0]).isCloseTo(known.second(), within(1e-6));
        assertThat(theta[1]).as("a bias without a gradient stays").isEqualTo(1f);
    }

    @Test
    void nesterovLooksAheadByOneStepOfItsMomentum() {
        // Sutskever et al. 2013, eq. 3 and 4, on f(θ) = ½·k·θ²: the gradient is taken at θ + μv
        double beta = 0.9;
        double alpha = 0.3;
        double k = 1.7;
        double hidden = 2;
        double v = 0;
        float[] theta = {2, 0};
        NetworkSpec one = new NetworkSpec(new Shape.Vector(1), List.of(new LayerSpec.Dense(1)), Loss.HALVED_SQUARED);
        Optimizer optimizer = new Optimizer(new OptimizerSpec.Nesterov(alpha, beta), Regularization.none(), one);
        for (int step = 0; step < 50; step++) {
            v = beta * v - alpha * (1 - beta) * k * (hidden + beta * v);
            hidden += v;
            optimizer.step(theta, new float[] {(float) (k * theta[0]), 0}, 1, alpha);
            // 50 roundings of numbers of order 1
            assertThat((double) theta[0]).isCloseTo(hidden + beta * v, within(1e-5));
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void aStepBySlicesHasTheBitsOfAWholeStep(OptimizerSpec spec) {
        UpdateRule rule = UpdateRule.of(spec);
        int n = 10_000;
        Random random = new Random(2);
        float[] whole = gaussians(random, n);
        float[] sliced = whole.clone();
        float[][] wholeState = new float[rule.stateArrays()][n];
        float[][] slicedState = new float[rule.stateArrays()][n];
        int[] cuts = {0, 1, 17, 4096, 4099, 9999, n};
        for (int t = 1; t <= 5; t++) {
            float[] gradient = gaussians(random, n);
            rule.apply(whole, gradient, wholeState, 0, n, 0.1f, 0.01f, 0.2, ALPHA, t);
            for (int c = cuts.length - 1; c > 0; c--) {
                rule.apply(sliced, gradient, slicedState, cuts[c - 1], cuts[c], 0.1f, 0.01f, 0.2, ALPHA, t);
            }
        }
        assertThat(sliced).containsExactly(whole);
        assertThat(slicedState).isDeepEqualTo(wholeState);
    }

    @Test
    void aGradientAboveTheNormIsScaledDownToIt() {
        float[] theta = new float[SIZE];
        float[] sum = gaussians(new Random(3), SIZE);
        double norm = norm(scaled(sum, 1.0 / COUNT));
        sgd(0, 0, OptionalDouble.of(norm / 3)).step(theta, sum.clone(), COUNT, 1);
        // float: 2⁻²⁴ relative for each of three operations
        assertThat(norm(widen(theta))).isCloseTo(norm / 3, within(1e-6 * norm));
        double direction = 0;
        for (int i = 0; i < SIZE; i++) {
            direction -= theta[i] * (sum[i] / (double) COUNT);
        }
        assertThat(direction / (norm(widen(theta)) * norm))
                .as("the cosine of the angle")
                .isCloseTo(1, within(1e-6));
    }

    @Test
    void aGradientWithinTheNormIsLeftAlone() {
        float[] clipped = new float[SIZE];
        float[] free = new float[SIZE];
        float[] sum = gaussians(new Random(4), SIZE);
        double norm = norm(scaled(sum, 1.0 / COUNT));
        sgd(0, 0, OptionalDouble.of(norm * 1.0001)).step(clipped, sum.clone(), COUNT, 1);
        sgd(0, 0, OptionalDouble.empty()).step(free, sum.clone(), COUNT, 1);
        assertThat(clipped).containsExactly(free);
    }

    @Test
    void eachComponentIsClippedToTheValue() {
        float[] theta = new float[SIZE];
        float[] sum = gaussians(new Random(7), SIZE);
        double[] mean = scaled(sum, 1.0 / COUNT);
        double value = 0.5 / COUNT;
        clipped(OptionalDouble.empty(), OptionalDouble.of(value)).step(theta, sum, COUNT, 1);
        int cut = 0;
        for (int i = 0; i < SIZE; i++) {
            double expected = Math.signum(mean[i]) * Math.min(value, Math.abs(mean[i]));
            cut += Math.abs(mean[i]) > value ? 1 : 0;
            // float: 2⁻²⁴ relative for the mean and for its bound
            assertThat((double) -theta[i]).as("component %d", i).isCloseTo(expected, within(2e-7 * value));
        }
        assertThat(cut).isBetween(1, SIZE - 1);
    }

    @Test
    void theNormIsClippedBeforeTheValues() {
        // a mean gradient (6, 8) of norm 10: to norm 5 it is (3, 4), and by value (3, 3.5); the other order gives (3.5,
        // 3.5)
        NetworkSpec one = new NetworkSpec(new Shape.Vector(1), List.of(new LayerSpec.Dense(1)), Loss.HALVED_SQUARED);
        Regularization both = new Regularization(0, 0, OptionalDouble.of(5), OptionalDouble.of(3.5), 1);
        float[] theta = new float[2];
        new Optimizer(new OptimizerSpec.Sgd(1), both, one).step(theta, new float[] {12, 16}, 2, 1);
        assertThat(theta).containsExactly(-3f, -3.5f);
    }

    @Test
    void regularizationIsNotClipped() {
        float[] theta = new float[SIZE];
        Arrays.fill(theta, 1f);
        Regularization strong = new Regularization(10, 10, OptionalDouble.empty(), OptionalDouble.of(1e-6), 10);
        new Optimizer(new OptimizerSpec.Sgd(1), strong, NETWORK).step(theta, new float[SIZE], 1, 0.25);
        // 1 − ¼·(10/10·1 + 10/20·1)
        assertThat(theta[0]).isEqualTo(0.625f);
    }

    @ParameterizedTest
    @MethodSource("specs")
    void clippedStepsBySlicesHaveTheBitsOfWholeSteps(OptimizerSpec spec) {
        Regularization all = new Regularization(3, 2, OptionalDouble.of(0.1), OptionalDouble.of(0.01), 10);
        Optimizer whole = new Optimizer(spec, all, NETWORK);
        Optimizer sliced = new Optimizer(spec, all, NETWORK);
        Random random = new Random(8);
        float[] expected = gaussians(random, SIZE);
        float[] theta = expected.clone();
        for (int t = 1; t <= 5; t++) {
            float[] sum = gaussians(random, SIZE);
            Optimizer.Step step = new Optimizer.Step(t, COUNT, ALPHA, ChunkedSum.ofSquares(sum));
            float[] copy = sum.clone();
            int[] cuts = {0, 1, 17, 36, SIZE - 1, SIZE};
            for (int c = cuts.length - 1; c > 0; c--) {
                sliced.stepSlice(theta, copy, cuts[c - 1], cuts[c], step);
            }
            whole.step(expected, sum, COUNT, ALPHA);
        }
        assertThat(theta).containsExactly(expected);
    }

    private static Optimizer clipped(OptionalDouble norm, OptionalDouble value) {
        return new Optimizer(new OptimizerSpec.Sgd(1), new Regularization(0, 0, norm, value, 1), NETWORK);
    }

    @Test
    void theNormIsThatOfTheMeanGradientBeforeRegularization() {
        // θ = 1 everywhere and no gradient: nothing to clip, and λ/m·W comes after
        float[] theta = new float[SIZE];
        Arrays.fill(theta, 1f);
        Regularization strong = new Regularization(10, 0, OptionalDouble.of(1e-6), 10);
        new Optimizer(new OptimizerSpec.Sgd(1), strong, NETWORK).step(theta, new float[SIZE], 1, 0.25);
        assertThat(theta[0]).isEqualTo(0.75f);
    }

    @Test
    void theStepOfSgdIsTheGradientOfTheRegularizationsCost() {
        for (double[] lambdas : new double[][] {{0.7, 0}, {0, 0.9}, {0.7, 0.9}}) {
            long m = 13;
            Regularization regularization = new Regularization(lambdas[0], lambdas[1], OptionalDouble.empty(), m);
            float[] theta = gaussians(new Random(5), SIZE);
            float[] after = theta.clone();
            new Optimizer(new OptimizerSpec.Sgd(1), regularization, NETWORK).step(after, new float[SIZE], 1, 1);
            for (int i = 0; i < SIZE; i++) {
                // a power of two: θ ± h is exact, so that the difference errs by float64 alone
                float h = 0x1p-10f * Math.max(Math.ulp(1f), Math.abs(theta[i]));
                float kept = theta[i];
                float up = kept + h;
                float down = kept - h;
                theta[i] = up;
                double above = regularization.cost(theta, NETWORK.parameters());
                theta[i] = down;
                double below = regularization.cost(theta, NETWORK.parameters());
                theta[i] = kept;
                double difference = (above - below) / ((double) up - down);
                // θ − g in float: an ulp of |θ| < 4
                assertThat((double) kept - after[i]).as("component %d", i).isCloseTo(difference, within(5e-7));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void biasesAreNeitherRegularizedNorDecayed(OptimizerSpec spec) {
        float[] theta = gaussians(new Random(6), SIZE);
        float[] before = theta.clone();
        Regularization strong = new Regularization(50, 50, OptionalDouble.empty(), 10);
        new Optimizer(spec, strong, NETWORK).step(theta, new float[SIZE], 1, ALPHA);
        BitSet weights = weights();
        for (int i = 0; i < SIZE; i++) {
            if (weights.get(i)) {
                assertThat(Math.abs(theta[i] - before[i])).as("weight %d", i).isGreaterThan(0f);
            } else {
                assertThat(theta[i]).as("bias %d", i).isEqualTo(before[i]);
            }
        }
    }

    @Test
    void adamWDecaysBesideTheGradientAndNotThroughIt() {
        // without a gradient Adam stands still, and AdamW shrinks weights by exactly α·decay
        float[] theta = new float[SIZE];
        Arrays.fill(theta, 2f);
        new Optimizer(new OptimizerSpec.AdamW(0.5, 0.9, 0.999, 1e-8, 0.25), Regularization.none(), NETWORK)
                .step(theta, new float[SIZE], 1, 0.5);
        BitSet weights = weights();
        for (int i = 0; i < SIZE; i++) {
            assertThat(theta[i]).isEqualTo(weights.get(i) ? 1.75f : 2f);
        }
    }

    @Test
    void stepsAreCounted() {
        Optimizer optimizer = sgd(0, 0, OptionalDouble.empty());
        assertThat(optimizer.steps()).isZero();
        optimizer.step(new float[SIZE], new float[SIZE], 1, 1);
        optimizer.step(new float[SIZE], new float[SIZE], 5, 1);
        assertThat(optimizer.steps()).isEqualTo(2);
    }

    @Test
    void aGradientOfAnotherLengthIsRefused() {
        Optimizer optimizer = sgd(0, 0, OptionalDouble.empty());
        assertThatThrownBy(() -> optimizer.step(new float[SIZE], new float[SIZE + 1], 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("θ has " + SIZE + " elements, the gradient " + (SIZE + 1));
        assertThat(optimizer.steps()).isZero();
    }

    @Test
    void aThetaOfAnotherNetworkIsRefused() {
        assertThatThrownBy(() -> sgd(0, 0, OptionalDouble.empty()).step(new float[SIZE + 1], new float[SIZE + 1], 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("θ has " + (SIZE + 1) + " elements, the network " + SIZE);
    }

    @Test
    void aGradientOfNoExamplesIsRefused() {
        assertThatThrownBy(() -> sgd(0, 0, OptionalDouble.empty()).step(new float[SIZE], new float[SIZE], 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a gradient of 0 examples");
    }

    @Test
    void aRegularizationThatCannotBeIsRefused() {
        assertThatThrownBy(() -> new Regularization(-1, 0, OptionalDouble.empty(), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("λ must not be negative: l2 -1.0, l1 0.0");
        assertThatThrownBy(() -> new Regularization(0, Double.NaN, OptionalDouble.empty(), 1))
                .hasMessage("λ must not be negative: l2 0.0, l1 NaN");
        assertThatThrownBy(() -> new Regularization(0, 0, OptionalDouble.empty(), 0))
                .hasMessage("regularization is shared among the examples, there are 0");
    }

    private static Optimizer sgd(double l2, double l1, OptionalDouble clipNorm) {
        return new Optimizer(new OptimizerSpec.Sgd(1), new Regularization(l2, l1, clipNorm, 10), NETWORK);
    }

    private static BitSet weights() {
        BitSet weights = new BitSet();
        for (ParameterBlock block : NETWORK.parameters()) {
            weights.set(
                    block.offset(), block.offset() + block.size(), block.name().equals("weight"));
        }
        return weights;
    }

    private static float[] gaussians(Random random, int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static double[] widen(float[] values) {
        return scaled(values, 1);
    }

    private static double[] scaled(float[] values, double by) {
        double[] scaled = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            scaled[i] = by * values[i];
        }
        return scaled;
    }

    private static double norm(double[] values) {
        double squares = 0;
        for (double value : values) {
            squares += value * value;
        }
        return Math.sqrt(squares);
    }
}
