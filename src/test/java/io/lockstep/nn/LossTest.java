package io.lockstep.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logits far beyond where e^z overflows, for the engine and the reference alike. */
class LossTest {
    private static final MathContext DIGITS = new MathContext(60);

    /** A network that is a bias alone: its logits are θ's last n elements. Never compared. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Logits(Loss loss, float... z) {
        private NetworkSpec spec() {
            return Nets.spec(loss, Activation.of(Activation.Kind.IDENTITY), 1, z.length);
        }

        private float[] theta() {
            float[] theta = new float[2 * z.length];
            System.arraycopy(z, 0, theta, z.length, z.length);
            return theta;
        }

        /** The engine's loss, after making sure that the reference's is the same. */
        private double loss(float... y) {
            double engine = new Network(spec(), 1).lossSum(theta(), new float[1], y, 1);
            double reference =
                    new ReferenceNetwork(spec()).lossSum(Nets.widen(theta()), new double[1], Nets.widen(y), 1);
            assertThat(reference).isCloseTo(engine, within(1e-14 * Math.abs(engine)));
            return engine;
        }

        private float[] outputs() {
            float[] engine = new Network(spec(), 1).outputs(theta(), new float[1], 1);
            double[] reference = new ReferenceNetwork(spec()).outputs(Nets.widen(theta()), new double[1], 1);
            for (int i = 0; i < engine.length; i++) {
                assertThat((double) engine[i]).isCloseTo(reference[i], within(1e-7 * Math.abs(reference[i])));
            }
            return engine;
        }

        /** dZ, which is the bias' gradient. */
        private float[] dLogits(float... y) {
            float[] gradient = new float[2 * z.length];
            new Network(spec(), 1).addGradient(theta(), new float[1], y, 1, Nets.anyPass(), gradient);
            return Arrays.copyOfRange(gradient, z.length, 2 * z.length);
        }
    }

    @Test
    void moderateLogitsGiveWhatTheDefinitionsGiveInSixtyDigits() {
        Logits softmax = new Logits(Loss.SOFTMAX_CROSS_ENTROPY, 1.5f, -2f, 0.25f);
        BigDecimal sum = exp(1.5).add(exp(-2)).add(exp(0.25));
        for (int i = 0; i < 3; i++) {
            double probability = exp(softmax.z()[i]).divide(sum, DIGITS).doubleValue();
            assertThat((double) softmax.outputs()[i]).isCloseTo(probability, within(1e-7));
            assertThat(softmax.loss(i)).isCloseTo(-Math.log(probability), within(1e-14));
        }
        Logits sigmoid = new Logits(Loss.SIGMOID_CROSS_ENTROPY, -3.5f);
        double probability =
                exp(-3.5).divide(exp(-3.5).add(BigDecimal.ONE), DIGITS).doubleValue();
        assertThat((double) sigmoid.outputs()[0]).isCloseTo(probability, within(1e-8));
        assertThat(sigmoid.loss(1)).isCloseTo(-Math.log(probability), within(1e-14));
        assertThat(sigmoid.loss(0)).isCloseTo(-Math.log1p(-probability), within(1e-14));
        assertThat(sigmoid.loss(0.25f))
                .isCloseTo(-0.25 * Math.log(probability) - 0.75 * Math.log1p(-probability), within(1e-14));
    }

    /** e^x by its series, to far more digits than a double has. */
    private static BigDecimal exp(double x) {
        BigDecimal term = BigDecimal.ONE;
        BigDecimal sum = BigDecimal.ONE;
        for (int k = 1; k < 80; k++) {
            term = term.multiply(new BigDecimal(x), DIGITS).divide(BigDecimal.valueOf(k), DIGITS);
            sum = sum.add(term, DIGITS);
        }
        return sum;
    }

    @ParameterizedTest
    @CsvSource({"1e4", "1e10", "1e30"})
    void softmaxLossOfGreatLogitsIsTheirDistance(float great) {
        Logits logits = new Logits(Loss.SOFTMAX_CROSS_ENTROPY, great, -great, 0f);
        assertThat(logits.loss(0)).isZero();
        assertThat(logits.loss(1)).isEqualTo(2.0 * great);
        assertThat(logits.loss(2)).isEqualTo(great);
        assertThat(logits.outputs()).containsExactly(1, 0, 0);
        assertThat(logits.dLogits(1)).containsExactly(1, -1, 0);
    }

    @ParameterizedTest
    @CsvSource({"0", "1e4", "-1e4", "1e30", "-1e30"})
    void tiedLogitsShareTheProbabilityHoweverGreat(float z) {
        Logits logits = new Logits(Loss.SOFTMAX_CROSS_ENTROPY, z, z, z, z);
        assertThat(logits.loss(2)).isCloseTo(Math.log(4), within(1e-15));
        assertThat(logits.outputs()).containsExactly(0.25f, 0.25f, 0.25f, 0.25f);
        assertThat(logits.dLogits(2)).containsExactly(0.25f, 0.25f, -0.75f, 0.25f);
    }

    @ParameterizedTest
    @CsvSource({"1e4", "1e10", "1e30"})
    void sigmoidLossOfGreatLogitsIsTheirDistanceFromTheRightSide(float great) {
        Logits up = new Logits(Loss.SIGMOID_CROSS_ENTROPY, great);
        Logits down = new Logits(Loss.SIGMOID_CROSS_ENTROPY, -great);
        assertThat(up.loss(1)).isZero();
        assertThat(up.loss(0)).isEqualTo(great);
        assertThat(down.loss(0)).isZero();
        assertThat(down.loss(1)).isEqualTo(great);
        assertThat(up.outputs()).containsExactly(1);
        assertThat(down.outputs()).containsExactly(0);
        assertThat(up.dLogits(0)).containsExactly(1);
        assertThat(down.dLogits(1)).containsExactly(-1);
    }

    @Test
    void aSmallSigmoidLossKeepsItsDigits() {
        // −log σ(20) = log(1 + e^−20) = e^−20 − e^−40/2 + …; 1 − σ(20) would have lost all but the first eight digits
        double expected = Math.exp(-20) - Math.exp(-40) / 2;
        assertThat(new Logits(Loss.SIGMOID_CROSS_ENTROPY, 20f).loss(1)).isCloseTo(expected, within(1e-14 * expected));
    }

    @Test
    void halvedSquaredLossOfGreatOutputsDoesNotOverflow() {
        double great = 1e30f;
        assertThat(new Logits(Loss.HALVED_SQUARED, 1e30f, -1e30f).loss(-1e30f, -1e30f))
                .isEqualTo(2 * great * great);
        assertThat(new Logits(Loss.HALVED_SQUARED, 3f, -1f).loss(1f, 0f)).isEqualTo(2.5);
    }

    @Test
    void huberIsQuadraticUpToDeltaAndLinearBeyond() {
        Loss huber = Loss.huber(1.5);
        // by hand: ½·1² and 1.5·(4 − ¾)
        assertThat(new Logits(huber, 3f).loss(2f)).isEqualTo(0.5);
        assertThat(new Logits(huber, 3f).loss(7f)).isEqualTo(4.875);
        assertThat(new Logits(huber, 3f, 3f).loss(2f, 7f))
                .as("a sum over outputs")
                .isEqualTo(5.375);
        assertThat(new Logits(huber, 3f).loss(4.5f)).as("½δ² at the seam").isEqualTo(1.125);
        assertThat(new Logits(huber, 3f, 3f, 3f, 3f).dLogits(2f, 7f, -7f, 1.5f)).containsExactly(1, -1.5f, 1.5f, 1.5f);
    }

    @Test
    void huberOfErrorsWithinDeltaIsTheHalvedSquare() {
        Random random = new Random(3);
        for (int i = 0; i < 100; i++) {
            float z = (float) random.nextGaussian();
            float y = (float) random.nextGaussian();
            assertThat(new Logits(Loss.huber(100), z).loss(y)).isEqualTo(new Logits(Loss.HALVED_SQUARED, z).loss(y));
            assertThat(new Logits(Loss.huber(100), z).dLogits(y))
                    .containsExactly(new Logits(Loss.HALVED_SQUARED, z).dLogits(y));
        }
    }

    @Test
    void huberOfGreatErrorsDoesNotOverflow() {
        assertThat(new Logits(Loss.huber(2), 1e30f).loss(-1e30f)).isEqualTo(2 * (2.0 * 1e30f - 1));
        assertThat(new Logits(Loss.huber(2), Float.NaN).dLogits(0)).containsExactly(Float.NaN);
    }

    @Test
    void onlyHuberHasADelta() {
        assertThatThrownBy(() -> new Loss(Loss.Kind.HALVED_SQUARED, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("only huber has a delta");
        for (double delta : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> Loss.huber(delta))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("delta must be finite and greater than 0, is " + delta);
        }
    }

    @Test
    void aNaNShowsInTheLoss() {
        for (Loss loss : Nets.LOSSES) {
            assertThat(new Network(new Logits(loss, Float.NaN, 1f).spec(), 1)
                            .lossSum(new Logits(loss, Float.NaN, 1f).theta(), new float[1], new float[2], 1))
                    .as("%s", loss)
                    .isNaN();
        }
    }
}
