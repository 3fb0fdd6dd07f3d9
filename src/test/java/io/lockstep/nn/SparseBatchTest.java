package io.lockstep.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sparse examples against {@link ReferenceNetwork}, which gets the same in full and in float64. */
class SparseBatchTest {

    /** Float32 has 6·10⁻⁸ per operation; as in {@link RandomNetsTest}. */
    private static final double FLOAT = 1e-5;

    static IntStream seeds() {
        return IntStream.range(0, 150);
    }

    /** Random nets whose lowest layer is dense, with and without c, with columns of zeros and full ones. */
    @ParameterizedTest
    @MethodSource("seeds")
    void theGradientIsTheReferences(int seed) {
        Drawn drawn = draw(seed);
        RandomNet net = drawn.net();
        double[] expected = new double[net.theta().length];
        double expectedLoss = net.addReferenceGradient(Nets.widen(net.theta()), expected);
        float[] gradient = new float[expected.length];
        Network network = new Network(net.spec(), net.m() + seed % 3);
        double loss = network.addGradient(net.theta(), drawn.batch(), net.y(), net.pass(), gradient);
        assertThat(loss).as("%s", net).isCloseTo(expectedLoss, within(FLOAT * (1 + Math.abs(expectedLoss))));
        assertThat(Nets.relativeDifference(Nets.widen(gradient), expected))
                .as("%s", net)
                .isLessThanOrEqualTo(FLOAT);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void outputsAndWeightedLossAreThoseOfDenseExamples(int seed) {
        Drawn drawn = draw(seed);
        RandomNet net = drawn.net();
        float[] weights = new float[net.m()];
        Random random = new Random(seed);
        IntStream.range(0, weights.length).forEach(j -> weights[j] = random.nextInt(4));
        Network network = new Network(net.spec(), net.m());
        float[] dense = network.outputs(net.theta(), net.x().clone(), net.m()).clone();
        float[] sparse = network.outputs(net.theta(), drawn.batch());
        assertThat(Nets.relativeDifference(Nets.widen(sparse), Nets.widen(dense)))
                .isLessThan(FLOAT);

        float[] expected = new float[net.theta().length];
        double expectedLoss =
                network.addGradient(net.theta(), net.x().clone(), net.y(), weights, net.m(), net.pass(), expected);
        float[] gradient = new float[expected.length];
        double loss = network.addGradient(net.theta(), drawn.batch(), net.y(), weights, net.pass(), gradient);
        assertThat(loss).isCloseTo(expectedLoss, within(FLOAT * (1 + Math.abs(expectedLoss))));
        assertThat(Nets.relativeDifference(Nets.widen(gradient), Nets.widen(expected)))
                .isLessThan(FLOAT);
    }

    private record Drawn(RandomNet net, SparseBatch batch) {}

    /** Zeroes most of a random net's inputs, down to x = −c, and keeps away from kinks by drawing again. */
    private static Drawn draw(int seed) {
        for (int s = 7919 * seed; ; s++) {
            RandomNet net = RandomNet.of(s, RandomNet.Size.ANY);
            if (net.spec().layers().get(0) instanceof LayerSpec.Dropout) {
                continue;
            }
            Random random = new Random(s);
            int n = net.spec().input().size();
            float[] c = new float[n];
            for (int i = 0; i < n && seed % 2 == 0; i++) {
                c[i] = random.nextInt(3) == 0 ? 0 : (float) (2 * random.nextDouble() - 1);
            }
            SparseBatch batch = new SparseBatch(c);
            for (int j = 0; j < net.m(); j++) {
                // an example without any, one with all, and in between
                int share = random.nextInt(5);
                for (int i = 0; i < n; i++) {
                    if (random.nextInt(4) < share) {
                        batch.add(i, net.x()[j * n + i] + c[i]);
                    }
                }
                batch.endColumn();
                batch.expand(j, net.x(), j * n);
            }
            if (!net.isBesideAKink()) {
                return new Drawn(net, batch);
            }
        }
    }

    @Test
    void batchNormalizationAboveAndALayerWithoutBiasTakeSparseExamples() {
        for (LayerSpec.Bias bias : LayerSpec.Bias.values()) {
            List<LayerSpec> layers = new ArrayList<>();
            layers.add(new LayerSpec.Dense(6, bias));
            if (bias == LayerSpec.Bias.NONE) {
                layers.add(new LayerSpec.BatchNorm(0.9, 1e-5));
            }
            layers.add(new LayerSpec.Activate(Activation.of(Activation.Kind.TANH)));
            layers.add(new LayerSpec.Dense(3));
            NetworkSpec spec = new NetworkSpec(new Shape.Vector(11), layers, Loss.SOFTMAX_CROSS_ENTROPY);
            Nets.Case net = Nets.of(spec, 13, 5);
            float[] c = new float[11];
            Arrays.fill(c, 0.5f);
            float[] expected = new float[net.theta().length];
            double expectedLoss = new Network(spec, 13)
                    .addGradient(net.theta(), net.x().clone(), net.y(), 13, Nets.anyPass(), expected);
            float[] gradient = new float[expected.length];
            double loss = new Network(spec, 13)
                    .addGradient(net.theta(), SparseBatch.of(net.x(), 13, c), net.y(), Nets.anyPass(), gradient);
            assertThat(loss).isCloseTo(expectedLoss, within(FLOAT * (1 + expectedLoss)));
            assertThat(Nets.relativeDifference(Nets.widen(gradient), Nets.widen(expected)))
                    .isLessThan(FLOAT);
        }
    }

    @Test
    void aBatchIsWhatItWasMadeFrom() {
        float[] x = {0, 2, 0, -0.5f, 0, 0, 7, -0.5f, 1};
        float[] c = {0, 0, 0.5f};
        SparseBatch batch = SparseBatch.of(x, 3, c);
        // s = x + c: the second example is all −c but for its first feature
        assertThat(batch.columns()).isEqualTo(3);
        assertThat(IntStream.range(0, batch.nonZeros()).map(batch::index)).containsExactly(1, 2, 0, 2, 0, 1, 2);
        float[] out = new float[9];
        IntStream.range(0, 3).forEach(j -> batch.expand(j, out, 3 * j));
        assertThat(out).containsExactly(x);
        SparseBatch two = batch.first(2);
        two.clear();
        two.addColumn(batch, 2);
        float[] third = new float[3];
        two.expand(0, third, 0);
        assertThat(third).containsExactly(7, -0.5f, 1);
    }

    @Test
    void anExampleOfZerosGivesTheBiasAndTouchesNoWeight() {
        NetworkSpec spec = Nets.spec(Loss.HALVED_SQUARED, Activation.of(Activation.Kind.IDENTITY), 4, 2);
        float[] theta = {1, 2, 3, 4, 5, 6, 7, 8, 10, 20};
        SparseBatch batch = new SparseBatch(new float[4]);
        batch.endColumn();
        Network network = new Network(spec, 1);
        assertThat(network.logits(theta, batch)).containsExactly(10, 20);
        float[] gradient = new float[10];
        network.addGradient(theta, batch, new float[] {9, 18}, Nets.anyPass(), gradient);
        assertThat(gradient).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 1, 2);
    }

    @Test
    void whatIsNotFiniteIsNamed() {
        NetworkSpec spec = Nets.spec(Loss.HALVED_SQUARED, Activation.of(Activation.Kind.IDENTITY), 2, 1);
        SparseBatch batch = new SparseBatch(new float[2]);
        batch.add(1, Float.NaN);
        batch.endColumn();
        Network network = new Network(spec, 1);
        assertThat(network.firstNonFiniteLayer(new float[3], batch)).isEqualTo(OptionalInt.of(0));
        batch.clear();
        batch.add(1, 2);
        batch.endColumn();
        assertThat(network.firstNonFiniteLayer(new float[3], batch)).isEmpty();
        assertThat(network.firstNonFiniteLayer(new float[] {0, 3e38f, 0}, batch))
                .isEqualTo(OptionalInt.of(1));
    }

    @Test
    void aNetworkThatCannotTakeItSaysSo() {
        NetworkSpec dropped = new NetworkSpec(
                new Shape.Vector(2), List.of(new LayerSpec.Dropout(0.5), new LayerSpec.Dense(1)), Loss.HALVED_SQUARED);
        SparseBatch batch = new SparseBatch(new float[2]);
        batch.endColumn();
        assertThatThrownBy(() -> new Network(dropped, 1).logits(new float[3], batch))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sparse examples need a dense lowest layer");
        SparseBatch wide = new SparseBatch(new float[3]);
        wide.endColumn();
        NetworkSpec plain = Nets.spec(Loss.HALVED_SQUARED, Activation.of(Activation.Kind.IDENTITY), 2, 1);
        assertThatThrownBy(() -> new Network(plain, 1).logits(new float[3], wide))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sparse examples of 3 features for a network of 2");
    }

    @Test
    void theGradientCheckFindsSparseBackpropGood() {
        NetworkSpec spec = Nets.spec(Loss.SOFTMAX_CROSS_ENTROPY, Activation.of(Activation.Kind.TANH), 30, 7, 3);
        Nets.Case net = Nets.of(spec, 6, 3);
        float[] c = new float[30];
        Arrays.fill(c, 0.3f);
        for (int i = 0; i < net.x().length; i++) {
            net.x()[i] = i % 4 == 0 ? net.x()[i] : -0.3f;
        }
        GradientCheck.Settings settings = new GradientCheck.Settings(0.01, 0, 500, 1);
        GradientCheck.Result result =
                GradientCheck.runSparse(spec, net.theta(), net.x(), net.y(), net.m(), settings, c);
        assertThat(result.verdict()).isEqualTo(GradientCheck.Verdict.GOOD);
        // with another c the engine is handed other examples than the reference
        c[0] = 0.4f;
        SparseBatch wrong = SparseBatch.of(net.x(), net.m(), c);
        GradientCheck.Result other =
                GradientCheck.run(spec, net.theta(), net.x(), net.y(), net.m(), settings, (t, x, y, m) -> {
                    float[] gradient = new float[t.length];
                    SparseBatch shifted = new SparseBatch(new float[30]);
                    for (int j = 0; j < m; j++) {
                        shifted.addColumn(wrong, j);
                    }
                    new Network(spec, m).addGradient(t, shifted, y, Nets.anyPass(), gradient);
                    return gradient;
                });
        assertThat(other.verdict()).isEqualTo(GradientCheck.Verdict.WRONG);
    }
}
