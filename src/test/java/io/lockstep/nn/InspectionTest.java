package io.lockstep.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The oracle is {@link ReferenceNetwork}: of a single example, ∂L/∂b[l] is dZ[l]. */
class InspectionTest {
    // float32 against float64, in sums of a few hundred terms
    private static final double FLOAT = 1e-4;

    static List<Nets.Case> cases() {
        return Nets.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void normsOfSignalsGradientsAndWeightsAreTheReferences(Nets.Case net) {
        ReferenceNetwork reference = new ReferenceNetwork(net.spec());
        double[] gradient = new double[net.theta().length];
        double loss = reference.addGradient(net.wideTheta(), net.wideX(), net.wideY(), net.m(), gradient);
        int layers = net.spec().parameters().size() / 2;
        double[] signals = new double[layers + 1];
        int inputs = net.spec().input().size();
        int targets = net.spec().loss().targets(net.spec().outputs());
        for (int j = 0; j < net.m(); j++) {
            double[] single = new double[net.theta().length];
            reference.addGradient(
                    net.wideTheta(),
                    Arrays.copyOfRange(net.wideX(), j * inputs, (j + 1) * inputs),
                    Arrays.copyOfRange(net.wideY(), j * targets, (j + 1) * targets),
                    1,
                    single);
            for (ParameterBlock block : net.spec().parameters()) {
                if (!block.isWeight()) {
                    signals[block.layer()] += squares(single, block.offset(), block.size());
                }
            }
        }

        Inspection.Seen seen = new Inspection(net.spec(), net.x().clone(), net.y(), net.m()).look(net.theta());

        assertThat(seen.loss()).isCloseTo(loss / net.m(), within(FLOAT * (1 + Math.abs(loss))));
        assertThat(seen.layers()).hasSize(layers);
        double whole = Math.sqrt(squares(gradient, 0, gradient.length)) / net.m();
        for (LayerActivity layer : seen.layers()) {
            ParameterBlock w = net.spec().parameters().get(2 * layer.layer() - 2);
            int size = w.size() + w.rows();
            assertThat(layer.units()).isEqualTo(w.rows());
            double signal = Math.sqrt(signals[layer.layer()] / net.m());
            // a layer's part may be small beside the whole by cancellation
            assertThat(layer.signal()).isCloseTo(signal, within(FLOAT * (signal + 0.01 * whole)));
            double norm = Math.sqrt(squares(gradient, w.offset(), size)) / net.m();
            assertThat(layer.gradient()).isCloseTo(norm, within(FLOAT * (norm + 0.01 * whole)));
            double weights = Math.sqrt(squares(net.wideTheta(), w.offset(), size));
            assertThat(layer.weights()).isCloseTo(weights, within(1e-9 * weights));
        }
    }

    private static double squares(double[] values, int from, int count) {
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += values[i] * values[i];
        }
        return sum;
    }

    @Test
    void whatALayerHandsOnIsMeasuredAfterItsActivation() {
        Nets.Case net = Nets.of(Nets.spec(Loss.HALVED_SQUARED, Activation.of(Activation.Kind.TANH), 5, 4, 3, 1), 9, 3);
        ReferenceNetwork reference = new ReferenceNetwork(net.spec());
        double[] squares = new double[6];
        // [0] is x, [l] what the l-th part of the spec put out
        List<double[][]> trace = reference.trace(net.wideTheta(), net.wideX(), 9);
        for (int l = 1; l <= 5; l++) {
            for (double[] example : trace.get(l)) {
                squares[l] += squares(example, 0, example.length);
            }
        }
        List<LayerActivity> seen = new Inspection(net.spec(), net.x().clone(), net.y(), 9)
                .look(net.theta())
                .layers();
        assertThat(seen.get(0).activation()).isCloseTo(Math.sqrt(squares[2] / (9 * 4)), within(1e-6));
        assertThat(seen.get(1).activation()).isCloseTo(Math.sqrt(squares[4] / (9 * 3)), within(1e-6));
        assertThat(seen.get(2).activation()).isCloseTo(Math.sqrt(squares[5] / 9), within(1e-6));
    }

    /** A layer of six units of no input but these biases, and an output above it. */
    private static LayerActivity ofBiases(Activation.Kind kind, float... biases) {
        NetworkSpec spec = Nets.spec(Loss.HALVED_SQUARED, Activation.of(kind), 1, biases.length, 1);
        float[] theta = new float[spec.parameterCount()];
        System.arraycopy(biases, 0, theta, biases.length, biases.length);
        return new Inspection(spec, new float[] {1, 2}, new float[] {0, 0}, 2)
                .look(theta)
                .layers()
                .get(0);
    }

    @Test
    void reluUnitsThatAreZeroForEveryExampleAreDead() {
        LayerActivity layer = ofBiases(Activation.Kind.RELU, -1, 0, 1e-6f, -1e-6f, 3);
        assertThat(layer.dead()).hasValue(3);
        assertThat(layer.saturated()).isEmpty();
        // −1 + x: alive for the second example alone
        NetworkSpec spec = Nets.spec(Loss.HALVED_SQUARED, Activation.of(Activation.Kind.RELU), 1, 1, 1);
        float[] theta = {1, -1, 1, 0};
        assertThat(new Inspection(spec, new float[] {1, 2}, new float[2], 2)
                        .look(theta)
                        .layers()
                        .get(0)
                        .dead())
                .hasValue(0);
        assertThat(ofBiases(Activation.Kind.LEAKY_RELU, -1, -2).dead()).isEmpty();
    }

    @Test
    void unitsWithinAHundredthOfTheirLimitsAreSaturated() {
        // σ(±4.6) = 0.98995, 0.01005: just not; σ(±4.7) = 0.9910, 0.0090
        assertThat(ofBiases(Activation.Kind.SIGMOID, -4.7f, -4.59f, 0, 4.59f, 4.7f, 90)
                        .saturated())
                .hasValue(3);
        // tanh(2.29) = 0.9797, tanh(2.31) = 0.9805
        assertThat(ofBiases(Activation.Kind.TANH, -2.31f, -2.29f, 0, 2.29f, 2.31f)
                        .saturated())
                .hasValue(2);
        assertThat(ofBiases(Activation.Kind.TANH, 5).dead()).isEmpty();
    }

    @Test
    void aUnitThatIsSaturatedForEightOfTenExamplesIsNot() {
        NetworkSpec spec = Nets.spec(Loss.HALVED_SQUARED, Activation.of(Activation.Kind.SIGMOID), 1, 1, 1);
        float[] theta = {10, 0, 1, 0};
        for (int calm = 1; calm <= 2; calm++) {
            float[] x = new float[10];
            Arrays.fill(x, calm, 10, 1);
            assertThat(new Inspection(spec, x, new float[10], 10)
                            .look(theta)
                            .layers()
                            .get(0)
                            .saturated())
                    .hasValue(2 - calm);
        }
    }

    @Test
    void runningAveragesAreNoPartOfAGradient() {
        NetworkSpec spec = new NetworkSpec(
                new Shape.Vector(3),
                List.of(
                        new LayerSpec.Dense(4, LayerSpec.Dense.Bias.NONE),
                        new LayerSpec.BatchNorm(0.9, 1e-5),
                        new LayerSpec.Activate(Activation.of(Activation.Kind.RELU)),
                        new LayerSpec.Dense(1)),
                Loss.HALVED_SQUARED);
        Nets.Case net = Nets.of(spec, 12, 5);
        double[] gradient = new double[net.theta().length];
        new ReferenceNetwork(spec).addGradient(net.wideTheta(), net.wideX(), net.wideY(), 12, gradient);
        // W, γ and β of the first layer; behind them its averages
        double norm = Math.sqrt(squares(gradient, 0, 12 + 4 + 4)) / 12;
        LayerActivity seen = new Inspection(spec, net.x().clone(), net.y(), 12)
                .look(net.theta())
                .layers()
                .get(0);
        assertThat(seen.gradient()).isCloseTo(norm, within(FLOAT * norm));
        assertThat(seen.dead()).isPresent();
    }

    @Test
    void dropoutIsOff() {
        Nets.Case net = Nets.of(Nets.spec(Loss.HALVED_SQUARED, Activation.of(Activation.Kind.TANH), 5, 4, 1), 9, 3);
        NetworkSpec dropping = new NetworkSpec(
                net.spec().input(),
                List.of(
                        new LayerSpec.Dropout(0.5),
                        new LayerSpec.Dense(4),
                        new LayerSpec.Activate(Activation.of(Activation.Kind.TANH)),
                        new LayerSpec.Dropout(0.5),
                        new LayerSpec.Dense(1)),
                Loss.HALVED_SQUARED);
        assertThat(new Inspection(dropping, net.x().clone(), net.y(), 9).look(net.theta()))
                .isEqualTo(new Inspection(net.spec(), net.x().clone(), net.y(), 9).look(net.theta()));
    }

    @Test
    void asManyLooksAsOneLikesSeeTheSame() {
        Nets.Case net =
                Nets.of(Nets.spec(Loss.SOFTMAX_CROSS_ENTROPY, Activation.of(Activation.Kind.RELU), 7, 9, 3), 13, 8);
        Inspection inspection = new Inspection(net.spec(), net.x().clone(), net.y(), 13);
        Inspection.Seen first = inspection.look(net.theta());
        float[] other = net.theta().clone();
        other[0] += 1;
        assertThat(inspection.look(other)).isNotEqualTo(first);
        assertThat(inspection.look(net.theta())).isEqualTo(first);
    }
}
