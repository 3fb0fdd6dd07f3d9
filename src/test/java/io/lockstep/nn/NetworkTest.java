package io.lockstep.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The engine against {@link ReferenceNetwork}, and what else its contract says. */
class NetworkTest {
    // float32 has 2⁻²⁴ = 6·10⁻⁸ per operation, which grows with the square root of a few hundred operations
    private static final double FLOAT = 1e-5;

    static List<Nets.Case> cases() {
        return Nets.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void lossGradientAndOutputsAreTheReferences(Nets.Case net) {
        ReferenceNetwork reference = new ReferenceNetwork(net.spec());
        double[] expected = new double[net.theta().length];
        double loss = reference.addGradient(net.wideTheta(), net.wideX(), net.wideY(), net.m(), expected);
        double[] outputs = reference.outputs(net.wideTheta(), net.wideX(), net.m());

        // room for more examples than there are, so that a mix-up of m and the capacity shows
        Network network = new Network(net.spec(), net.m() + 3);
        float[] gradient = new float[net.theta().length];
        double engineLoss =
                network.addGradient(net.theta(), net.x().clone(), net.y(), net.m(), Nets.anyPass(), gradient);
        assertThat(engineLoss).isCloseTo(loss, within(FLOAT * (1 + Math.abs(loss))));
        assertThat(network.lossSum(net.theta(), net.x().clone(), net.y(), net.m()))
                .isEqualTo(engineLoss);
        float[] engineOutputs = network.outputs(net.theta(), net.x().clone(), net.m());
        assertThat(Nets.relativeDifference(Nets.widen(Arrays.copyOf(engineOutputs, outputs.length)), outputs))
                .isLessThan(FLOAT);

        double size = Math.sqrt(Arrays.stream(expected).map(d -> d * d).sum());
        for (ParameterBlock block : net.spec().parameters()) {
            double error = 0;
            double blockSize = 0;
            for (int i = block.offset(); i < block.offset() + block.size(); i++) {
                error += (gradient[i] - expected[i]) * (gradient[i] - expected[i]);
                blockSize += expected[i] * expected[i];
            }
            // a block much smaller than the whole is small by cancellation, or comes through nearly dead layers
            assertThat(Math.sqrt(error))
                    .as(block.tensorName())
                    .isLessThanOrEqualTo(FLOAT * (Math.sqrt(blockSize) + 0.01 * size));
        }
    }

    @Test
    void theGradientIsAddedToWhatIsThere() {
        Nets.Case net = relu(11);
        float[] fresh = gradient(net);
        float[] added = new float[fresh.length];
        Arrays.fill(added, 8f);
        new Network(net.spec(), net.m())
                .addGradient(net.theta(), net.x().clone(), net.y(), net.m(), Nets.anyPass(), added);
        for (int i = 0; i < added.length; i++) {
            // two roundings of a number near 8
            assertThat(added[i]).isCloseTo(8f + fresh[i], within(1e-5f));
        }
        assertThat(fresh).isNotEqualTo(new float[fresh.length]);
    }

    @Test
    void theGradientOfABatchIsTheSumOfItsParts() {
        Nets.Case net = relu(23);
        float[] whole = gradient(net);
        Network network = new Network(net.spec(), net.m());
        int n = net.spec().input().size();
        int from = 0;
        float[] parts = new float[whole.length];
        for (int to : new int[] {1, 8, 22, 23}) {
            network.addGradient(
                    net.theta(),
                    Arrays.copyOfRange(net.x(), from * n, to * n),
                    Arrays.copyOfRange(net.y(), from, to),
                    to - from,
                    Nets.anyPass(),
                    parts);
            from = to;
        }
        assertThat(Nets.relativeDifference(Nets.widen(parts), Nets.widen(whole)))
                .isLessThan(1e-6);
    }

    @Test
    void theSamePassGivesTheSameBits() {
        Nets.Case net = relu(23);
        assertThat(gradient(net)).containsExactly(gradient(net));
    }

    @Test
    void reluHasNoSlopeAtZeroAndALeakyReluItsOwn() {
        // z1 = 0 exactly, dz2 = 0 − 4, w2 = 3: dW1 = dz2·w2·g'(0)·x
        float[] theta = {0, 0, 3, 0};
        float[] x = {2};
        float[] y = {4};
        float[] relu = new float[4];
        new Network(Nets.spec(Loss.HALVED_SQUARED, Activation.of(Activation.Kind.RELU), 1, 1, 1), 1)
                .addGradient(theta, x.clone(), y, 1, Nets.anyPass(), relu);
        assertThat(relu).containsExactly(0, 0, 0, -4);
        float[] leaky = new float[4];
        new Network(Nets.spec(Loss.HALVED_SQUARED, Activation.leakyRelu(0.25), 1, 1, 1), 1)
                .addGradient(theta, x.clone(), y, 1, Nets.anyPass(), leaky);
        assertThat(leaky).containsExactly(-6, -3, 0, -4);
    }

    @Test
    void theFirstLayerWithAnInfinityIsNamed() {
        Nets.Case net = Nets.of(
                new NetworkSpec(
                        new Shape.Vector(3),
                        List.of(
                                new LayerSpec.Dropout(0.1),
                                new LayerSpec.Dense(4),
                                new LayerSpec.Activate(Activation.of(Activation.Kind.LEAKY_RELU)),
                                new LayerSpec.Dense(5),
                                new LayerSpec.Activate(Activation.of(Activation.Kind.LEAKY_RELU)),
                                new LayerSpec.Dropout(0.1),
                                new LayerSpec.Dense(2)),
                        Loss.SOFTMAX_CROSS_ENTROPY),
                6,
                12);
        Network network = new Network(net.spec(), 6);
        assertThat(network.firstNonFiniteLayer(net.theta(), net.x().clone(), 6)).isEmpty();
        for (ParameterBlock block : net.spec().parameters()) {
            for (float planted : new float[] {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN}) {
                float[] theta = net.theta().clone();
                theta[block.offset() + block.size() - 1] = planted;
                assertThat(network.firstNonFiniteLayer(theta, net.x().clone(), 6))
                        .as("%s in %s", planted, block.tensorName())
                        .hasValue(block.layer());
            }
        }
        float[] x = net.x().clone();
        x[17] = Float.NaN;
        assertThat(network.firstNonFiniteLayer(net.theta(), x, 6)).hasValue(0);
        assertThat(network.firstNonFiniteLayer(net.theta(), x, 5)).isEmpty();
    }

    @Test
    void tooManyExamplesAndAThetaOfTheWrongLengthAreRefused() {
        Nets.Case net = relu(5);
        Network network = new Network(net.spec(), 4);
        assertThatThrownBy(() -> network.logits(net.theta(), net.x(), 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("5 examples in a network built for 1 to 4");
        assertThatThrownBy(() -> network.logits(new float[3], net.x(), 1))
                .hasMessage("θ has 3 elements, not " + net.theta().length);
        assertThatThrownBy(() -> new Network(net.spec(), 0))
                .hasMessage("a network takes at least one example at a time, got 0");
    }

    @Test
    void anActivationOnTopOfAnActivationIsRefused() {
        LayerSpec relu = new LayerSpec.Activate(Activation.of(Activation.Kind.RELU));
        NetworkSpec spec = new NetworkSpec(
                new Shape.Vector(1),
                List.of(new LayerSpec.Dense(1), relu, relu, new LayerSpec.Dense(1)),
                Loss.HALVED_SQUARED);
        assertThatThrownBy(() -> new Network(spec, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an activation on top of an activation: layer 2 from below");
    }

    private static Nets.Case relu(int m) {
        return Nets.of(Nets.spec(Loss.SOFTMAX_CROSS_ENTROPY, Activation.of(Activation.Kind.RELU), 6, 9, 5, 4), m, 77);
    }

    private static float[] gradient(Nets.Case net) {
        float[] gradient = new float[net.theta().length];
        new Network(net.spec(), net.m())
                .addGradient(net.theta(), net.x().clone(), net.y(), net.m(), Nets.anyPass(), gradient);
        return gradient;
    }
}
