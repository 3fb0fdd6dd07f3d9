package io.lockstep.optim;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.math.ChunkedSum;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.ParameterBlock;
import io.lockstep.nn.Shape;
import io.lockstep.testing.PlainOptimizer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Optimizers, clipping and penalties with hyper-parameters drawn from a seed. */
class RandomOptimizersTest {
    private static final int STEPS = 25;

    static IntStream seeds() {
        return IntStream.range(0, 120);
    }

    /** A training drawn from a seed; never compared, so arrays do no harm. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Training(
            OptimizerSpec spec, Regularization regularization, NetworkSpec network, float[] start, List<Sum> sums) {

        static Training of(int seed) {
            Random random = new Random(seed);
            NetworkSpec network = new NetworkSpec(
                    new Shape.Vector(1 + random.nextInt(90)),
                    List.of(new LayerSpec.Dense(1 + random.nextInt(70)), new LayerSpec.Dense(1 + random.nextInt(9))),
                    Loss.HALVED_SQUARED);
            float[] start = new float[network.parameterCount()];
            for (int i = 0; i < start.length; i++) {
                start[i] = (float) random.nextGaussian();
            }
            // the greatest gradient is far above ε or far below, and is clipped or not
            double size = power(random, -3, 2);
            List<Sum> sums = new ArrayList<>();
            for (int step = 0; step < STEPS; step++) {
                float[] gradient = new float[start.length];
                int count = 1 + random.nextInt(300);
                for (int i = 0; i < gradient.length; i++) {
                    gradient[i] = random.nextInt(10) == 0 ? 0 : (float) (count * size * random.nextGaussian());
                }
                sums.add(new Sum(gradient, count, power(random, -4, -1)));
            }
            Regularization regularization = new Regularization(
                    random.nextBoolean() ? power(random, -2, 2) : 0,
                    random.nextBoolean() ? power(random, -2, 1) : 0,
                    random.nextBoolean() ? OptionalDouble.of(power(random, -2, 2)) : OptionalDouble.empty(),
                    random.nextBoolean() ? OptionalDouble.of(size * random.nextDouble() * 2) : OptionalDouble.empty(),
                    1 + random.nextInt(1000));
            return new Training(RandomOptimizersTest.spec(random, seed % 6), regularization, network, start, sums);
        }

        BitSet weights() {
            BitSet weights = new BitSet();
            for (ParameterBlock block : network.parameters()) {
                weights.set(block.offset(), block.offset() + block.size(), block.isWeight());
            }
            return weights;
        }

        Optimizer optimizer() {
            return new Optimizer(spec, regularization, network);
        }
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Sum(float[] gradient, int count, double alpha) {}

    private static OptimizerSpec spec(Random random, int kind) {
        double beta = 1 - power(random, -2.5, -0.2);
        double beta2 = 1 - power(random, -3.5, -0.2);
        double epsilon = power(random, -8, -2);
        return switch (kind) {
            case 0 -> new OptimizerSpec.Sgd(1);
            case 1 -> new OptimizerSpec.Momentum(1, beta);
            case 2 -> new OptimizerSpec.Nesterov(1, beta);
            case 3 -> new OptimizerSpec.RmsProp(1, beta2, epsilon);
            case 4 -> new OptimizerSpec.Adam(1, beta, beta2, epsilon);
            default -> new OptimizerSpec.AdamW(1, beta, beta2, epsilon, power(random, -3, 0));
        };
    }

    private static double power(Random random, double least, double greatest) {
        return Math.pow(10, least + (greatest - least) * random.nextDouble());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void stepsFollowTheFormulasOfThePapers(int seed) {
        Training training = Training.of(seed);
        BitSet weights = training.weights();
        Optimizer optimizer = training.optimizer();
        PlainOptimizer plain = new PlainOptimizer(training.spec(), training.start().length, weights);
        float[] theta = training.start().clone();
        double[] expected = widen(theta);
        double travel = 0;
        for (Sum sum : training.sums()) {
            double[] before = expected.clone();
            plain.step(expected, gradient(sum, expected, weights, training.regularization()), sum.alpha());
            optimizer.step(theta, sum.gradient().clone(), sum.count(), sum.alpha());
            travel = Math.max(travel, greatestDifference(before, expected));
        }
        // an ulp of θ for each step, and float32's error of the steps themselves
        double bound = STEPS * (6e-8 * greatest(expected) + 2e-6 * travel);
        assertThat(greatestDifference(widen(theta), expected))
                .as("%s", training.spec())
                .isLessThanOrEqualTo(bound);
        assertThat(greatestDifference(widen(training.start()), expected))
                .as("it moves")
                .isGreaterThan(bound);
    }

    /** The mean, clipped to the norm, clipped by value, penalized; as {@link Regularization} has it, in float64. */
    private static double[] gradient(Sum sum, double[] theta, BitSet weights, Regularization regularization) {
        double[] g = new double[theta.length];
        double squares = 0;
        for (int i = 0; i < g.length; i++) {
            g[i] = sum.gradient()[i] / (double) sum.count();
            squares += g[i] * g[i];
        }
        double norm = Math.sqrt(squares);
        double greatest = regularization.clipNorm().orElse(Double.POSITIVE_INFINITY);
        double bound = regularization.clipValue().orElse(Double.POSITIVE_INFINITY);
        for (int i = 0; i < g.length; i++) {
            g[i] *= norm > greatest ? greatest / norm : 1;
            g[i] = Math.max(-bound, Math.min(bound, g[i]));
            if (weights.get(i)) {
                g[i] += regularization.l2() / regularization.examples() * theta[i]
                        + regularization.l1() / (2.0 * regularization.examples()) * Math.signum(theta[i]);
            }
        }
        return g;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void stepsInRandomSlicesHaveTheBitsOfWholeSteps(int seed) {
        Training training = Training.of(seed);
        Random random = new Random(-1 - seed);
        Optimizer whole = training.optimizer();
        Optimizer sliced = training.optimizer();
        float[] theta = training.start().clone();
        float[] slicedTheta = training.start().clone();
        int n = theta.length;
        for (int t = 1; t <= 3; t++) {
            Sum sum = training.sums().get(t);
            double squares = ChunkedSum.ofSquares(sum.gradient());
            whole.step(theta, sum.gradient().clone(), sum.count(), sum.alpha());
            float[] gradient = sum.gradient().clone();
            Optimizer.Step step = new Optimizer.Step(t, sum.count(), sum.alpha(), squares);
            for (int[] slice : slices(random, n)) {
                sliced.stepSlice(slicedTheta, gradient, slice[0], slice[1], step);
            }
            sliced.stepped(1);
        }
        assertThat(slicedTheta).containsExactly(theta);
        assertThat(sliced.state(0, n)).isDeepEqualTo(whole.state(0, n));
        assertThat(sliced.steps()).isEqualTo(whole.steps());
    }

    /** [0, n) in parts, in any order. */
    private static List<int[]> slices(Random random, int n) {
        List<int[]> slices = new ArrayList<>();
        int from = 0;
        while (from < n) {
            int to = Math.min(n, from + 1 + random.nextInt(n));
            slices.add(new int[] {from, to});
            from = to;
        }
        Collections.shuffle(slices, random);
        return slices;
    }

    private static double greatest(double[] values) {
        double greatest = 0;
        for (double value : values) {
            greatest = Math.max(greatest, Math.abs(value));
        }
        return greatest;
    }

    private static double greatestDifference(double[] a, double[] b) {
        double greatest = 0;
        for (int i = 0; i < a.length; i++) {
            greatest = Math.max(greatest, Math.abs(a[i] - b[i]));
        }
        return greatest;
    }

    private static double[] widen(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
