package io.lockstep.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The engine against {@link ReferenceNetwork} in nets nobody thought of: see {@link RandomNet}. */
class RandomNetsTest {

    /** Float32 has 6·10⁻⁸ per operation, which adds up to less than this in some hundred operations one behind the other. */
    private static final double FLOAT = 1e-5;

    /** The notes' threshold for a gradient in float64. */
    private static final double DOUBLE = 1e-7;

    private static final double STEP = 1e-5;

    static IntStream seeds() {
        return IntStream.range(0, 150);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theGradientIsTheReferences(int seed) {
        RandomNet net = RandomNet.of(seed, RandomNet.Size.ANY);
        double[] expected = new double[net.theta().length];
        double expectedLoss = net.addReferenceGradient(Nets.widen(net.theta()), expected);
        float[] gradient = new float[expected.length];
        double loss = new Network(net.spec(), net.m() + seed % 3)
                .addGradient(net.theta(), net.x().clone(), net.y(), net.m(), net.pass(), gradient);
        assertThat(loss).as("%s", net).isCloseTo(expectedLoss, within(FLOAT * (1 + Math.abs(expectedLoss))));
        assertThat(Nets.relativeDifference(Nets.widen(gradient), expected))
                .as("%s", net)
                .isLessThanOrEqualTo(FLOAT);
    }

    static IntStream fewerSeeds() {
        return IntStream.range(1000, 1060);
    }

    @ParameterizedTest
    @MethodSource("fewerSeeds")
    void theReferencesGradientIsThatOfItsLoss(int seed) {
        RandomNet net = RandomNet.of(seed, RandomNet.Size.SMALL);
        double[] theta = Nets.widen(net.theta());
        double[] gradient = new double[theta.length];
        net.addReferenceGradient(theta, gradient);
        double[] differences = new double[theta.length];
        for (int i = 0; i < theta.length; i++) {
            double kept = theta[i];
            // five points: the error goes with h⁴, so that what is left is rounding
            double sum = 0;
            for (int[] point : new int[][] {{-2, 1}, {-1, -8}, {1, 8}, {2, -1}}) {
                theta[i] = kept + point[0] * STEP;
                sum += point[1] * net.addReferenceGradient(theta, new double[theta.length]);
            }
            theta[i] = kept;
            differences[i] = sum / (12 * STEP);
        }
        assertThat(Nets.relativeDifference(gradient, differences)).as("%s", net).isLessThanOrEqualTo(DOUBLE);
    }

    static IntStream extremeSeeds() {
        return IntStream.range(2000, 2060);
    }

    /** Inputs from 10⁻³⁰ to 10⁸, zeros and single spikes: whatever saturates or dies must do so as the formula does. */
    @ParameterizedTest
    @MethodSource("extremeSeeds")
    void extremeInputsGiveTheReferencesGradientToo(int seed) {
        RandomNet net = RandomNet.of(seed, RandomNet.Size.EXTREME);
        double[] expected = new double[net.theta().length];
        double expectedLoss = net.addReferenceGradient(Nets.widen(net.theta()), expected);
        float[] gradient = new float[expected.length];
        double loss = new Network(net.spec(), net.m())
                .addGradient(net.theta(), net.x().clone(), net.y(), net.m(), net.pass(), gradient);
        assertThat(loss).as("%s", net).isCloseTo(expectedLoss, within(FLOAT * (1 + Math.abs(expectedLoss))));
        assertThat(Nets.relativeDifference(Nets.widen(gradient), expected))
                .as("%s", net)
                .isLessThanOrEqualTo(FLOAT);
    }
}
