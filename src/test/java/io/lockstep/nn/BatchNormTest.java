package io.lockstep.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Batch normalization against {@link ReferenceNetwork}, whose gradient is held to two-sided differences of its loss. */
class BatchNormTest {
    // float32 has 2⁻²⁴ = 6·10⁻⁸ per operation, which grows with the square root of a few hundred operations
    private static final double FLOAT = 1e-5;

    private static final LayerSpec NORM = new LayerSpec.BatchNorm(0.9, 1e-5);

    /** Each activation on both sides, alone and in deep nets of random odd shapes that mix all. */
    static List<Nets.Case> cases() {
        List<Nets.Case> cases = new ArrayList<>();
        long seed = 1;
        for (Activation activation : Nets.ACTIVATIONS) {
            for (boolean before : new boolean[] {true, false}) {
                for (int m : new int[] {3, 16, 37}) {
                    List<LayerSpec> layers = new ArrayList<>();
                    addHidden(layers, 7, activation, before, true);
                    layers.add(new LayerSpec.Dense(3));
                    cases.add(Nets.of(spec(5, layers, Loss.SOFTMAX_CROSS_ENTROPY), m, seed++));
                }
            }
        }
        Random random = new Random(71);
        for (int net = 0; net < 20; net++) {
            List<LayerSpec> layers = new ArrayList<>();
            for (int l = random.nextInt(5); l >= 0; l--) {
                Activation activation = pick(random, Nets.ACTIVATIONS);
                addHidden(layers, 1 + random.nextInt(13), activation, random.nextBoolean(), random.nextInt(4) > 0);
            }
            Loss loss = pick(random, Nets.LOSSES);
            layers.add(new LayerSpec.Dense(1 + random.nextInt(5)));
            cases.add(Nets.of(spec(1 + random.nextInt(9), layers, loss), 3 + random.nextInt(40), seed++));
        }
        return cases;
    }

    private static <T> T pick(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static void addHidden(
            List<LayerSpec> layers, int units, Activation activation, boolean before, boolean normalized) {
        boolean directly = normalized && before;
        layers.add(new LayerSpec.Dense(units, directly ? LayerSpec.Bias.NONE : LayerSpec.Bias.LEARNT));
        if (directly) {
            layers.add(NORM);
        }
        layers.add(new LayerSpec.Activate(activation));
        if (normalized && !before) {
            layers.add(NORM);
        }
    }

    private static NetworkSpec spec(int inputs, List<LayerSpec> layers, Loss loss) {
        return new NetworkSpec(new Shape.Vector(inputs), layers, loss);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theReferencesGradientIsThatOfItsLossToTheNotesBound(Nets.Case net) {
        ReferenceNetwork reference = new ReferenceNetwork(net.spec());
        double[] theta = net.wideTheta();
        double[] gradient = new double[theta.length];
        double sum = reference.addGradient(theta, net.wideX(), net.wideY(), net.m(), gradient);
        assertThat(sum).isEqualTo(reference.trainingLossSum(theta, net.wideX(), net.wideY(), net.m()));

        double[] differences = new double[theta.length];
        double h = 1e-5;
        for (ParameterBlock block : net.spec().parameters()) {
            for (int i = block.offset(); i < block.offset() + block.size(); i++) {
                if (!block.isTrained()) {
                    gradient[i] = 0;
                    continue;
                }
                double kept = theta[i];
                theta[i] = kept + h;
                double above = reference.trainingLossSum(theta, net.wideX(), net.wideY(), net.m());
                theta[i] = kept - h;
                double below = reference.trainingLossSum(theta, net.wideX(), net.wideY(), net.m());
                theta[i] = kept;
                differences[i] = (above - below) / (2 * h);
            }
        }
        assertThat(Nets.relativeDifference(gradient, differences)).isLessThan(1e-7);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void lossGradientAndStatisticsAreTheReferences(Nets.Case net) {
        double[] expected = new double[net.theta().length];
        double loss = new ReferenceNetwork(net.spec())
                .addGradient(net.wideTheta(), net.wideX(), net.wideY(), net.m(), expected);
        float[] gradient = new float[expected.length];
        // room for more examples than there are, so that a mix-up of m and the capacity shows
        double engineLoss = new Network(net.spec(), net.m() + 3)
                .addGradient(net.theta(), net.x().clone(), net.y(), net.m(), Nets.anyPass(), gradient);
        assertThat(engineLoss).isCloseTo(loss, within(FLOAT * (1 + Math.abs(loss))));

        double size = 0;
        for (ParameterBlock block : net.spec().parameters()) {
            size += block.isTrained() ? squares(expected, block) : 0;
        }
        for (ParameterBlock block : net.spec().parameters()) {
            double error = 0;
            for (int i = block.offset(); i < block.offset() + block.size(); i++) {
                error += (gradient[i] - expected[i]) * (gradient[i] - expected[i]);
            }
            double bound = Math.sqrt(squares(expected, block));
            // a block much smaller than the whole is small by cancellation
            assertThat(Math.sqrt(error))
                    .as(block.tensorName())
                    .isLessThanOrEqualTo(FLOAT * (block.isTrained() ? bound + 0.05 * Math.sqrt(size) : bound + 0.01));
        }
    }

    private static double squares(double[] values, ParameterBlock block) {
        double sum = 0;
        for (int i = block.offset(); i < block.offset() + block.size(); i++) {
            sum += values[i] * values[i];
        }
        return sum;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void backpropIsGoodWithRegularization(Nets.Case net) {
        GradientCheck.Result result = GradientCheck.run(
                net.spec(), net.theta(), net.x(), net.y(), net.m(), new GradientCheck.Settings(0.03, 0.02, 10_000, 1));
        assertThat(result.verdict()).as("%s", result).isEqualTo(GradientCheck.Verdict.GOOD);
        assertThat(result.compared() + result.atKinks()).isEqualTo(result.parameters());
        assertThat(result.parameters()).isEqualTo(trained(net.spec()));
    }

    private static int trained(NetworkSpec spec) {
        int running = spec.parameters().stream()
                .filter(block -> block.name().startsWith("running_"))
                .mapToInt(ParameterBlock::size)
                .sum();
        return spec.parameterCount() - running;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aFinishedNetTakesTheRunningAverages(Nets.Case net) {
        ReferenceNetwork reference = new ReferenceNetwork(net.spec());
        double[] expected = reference.outputs(net.wideTheta(), net.wideX(), net.m());
        Network network = new Network(net.spec(), net.m() + 3);
        float[] outputs = Arrays.copyOf(network.outputs(net.theta(), net.x().clone(), net.m()), expected.length);
        assertThat(Nets.relativeDifference(Nets.widen(outputs), expected)).isLessThan(FLOAT);
        double loss = reference.lossSum(net.wideTheta(), net.wideX(), net.wideY(), net.m());
        assertThat(network.lossSum(net.theta(), net.x().clone(), net.y(), net.m()))
                .isCloseTo(loss, within(FLOAT * (1 + Math.abs(loss))));
        // and not the statistics of these examples
        assertThat(Math.abs(loss - reference.trainingLossSum(net.wideTheta(), net.wideX(), net.wideY(), net.m())))
                .isGreaterThan(net.spec().normalizesBatches() ? 1e-3 : -1);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aFoldedNetHasTheSameOutputsWithoutNormalizations(Nets.Case net) {
        NetworkSpec dropping = withDropout(net.spec());
        FoldedNetwork folded = FoldedNetwork.of(dropping, net.theta());
        assertThat(folded.spec().layers())
                .noneMatch(layer -> layer instanceof LayerSpec.BatchNorm || layer instanceof LayerSpec.Dropout);
        assertThat(folded.theta()).hasSize(folded.spec().parameterCount());
        double[] expected = new ReferenceNetwork(net.spec()).outputs(net.wideTheta(), net.wideX(), net.m());
        float[] outputs = new Network(folded.spec(), net.m())
                .outputs(folded.theta(), net.x().clone(), net.m());
        assertThat(Nets.relativeDifference(Nets.widen(Arrays.copyOf(outputs, expected.length)), expected))
                .isLessThan(FLOAT);
    }

    /** Dropout where a config puts it: last in each hidden layer. */
    private static NetworkSpec withDropout(NetworkSpec spec) {
        List<LayerSpec> layers = new ArrayList<>();
        for (LayerSpec layer : spec.layers()) {
            if (layer instanceof LayerSpec.Dense) {
                layers.add(new LayerSpec.Dropout(0.5));
            }
            layers.add(layer);
        }
        return new NetworkSpec(spec.input(), layers, spec.loss());
    }

    @Test
    void aNetWithoutNormalizationsIsFoldedIntoItself() {
        Nets.Case net = Nets.cases().get(0);
        FoldedNetwork folded = FoldedNetwork.of(net.spec(), net.theta());
        assertThat(folded.theta()).isSameAs(net.theta());
        assertThat(folded.spec()).isEqualTo(net.spec());
        assertThatThrownBy(() -> FoldedNetwork.of(net.spec(), new float[1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("θ has 1 elements, not " + net.theta().length);
    }

    @Test
    void twoExamplesGiveWhatAHandComputes() {
        // units see x and 2x: μ = (2, 4), σ² = (1, 4); ε = 3 and 4γ make √(σ² + ε) = 2 and √7
        Layer layer = new LayerSpec.BatchNorm(0.9, 3).build(new Shape.Vector(2), 0, 1, 4);
        float[] theta = {99, 4, 4, 1, 0, 5, -5, 7, 15};
        float[] x = {1, 2, 3, 6};
        float[] y = layer.forwardTraining(theta, x, 2, Nets.anyPass());
        float root = (float) Math.sqrt(7);
        assertThat(Arrays.copyOf(y, 4)).containsExactly(new float[] {-1, -8 / root, 3, 8 / root}, within(1e-6f));
        float[] gradient = new float[9];
        float[] dx = layer.backward(theta, x, new float[] {1, 1, 2, 0}, 2, gradient);
        // dγ = Σ dy∗x̂ = (−½ + 1, −2/√7), dβ = (3, 1), then m·μ and m·σ²
        assertThat(gradient).containsExactly(new float[] {0, 0.5f, -2 / root, 3, 1, 4, 8, 2, 8}, within(1e-6f));
        // unit 1: 4/2·((1, 2) − 3/2 − (−½, ½)·¼) = ∓¾
        assertThat(dx[0]).isCloseTo(-0.75f, within(1e-6f));
        assertThat(dx[2]).isCloseTo(0.75f, within(1e-6f));
        // (5, −5) and (7, 15): the running averages, 4·(x − 5)/√10 + 1 and 4·(x + 5)/√18
        float[] finished = layer.forwardInference(theta, new float[] {1, 2}, 1);
        assertThat(finished[0]).isCloseTo((float) (1 - 16 / Math.sqrt(10)), within(1e-5f));
        assertThat(finished[1]).isCloseTo((float) (28 / Math.sqrt(18)), within(1e-5f));
    }

    @Test
    void aSingleExampleIsBetaAndTeachesNothingBelow() {
        Nets.Case net = Nets.of(
                spec(
                        3,
                        List.of(
                                new LayerSpec.Dense(4, LayerSpec.Bias.NONE),
                                NORM,
                                new LayerSpec.Activate(Activation.of(Activation.Kind.TANH)),
                                new LayerSpec.Dense(2)),
                        Loss.SOFTMAX_CROSS_ENTROPY),
                1,
                9);
        float[] gradient = new float[net.theta().length];
        new Network(net.spec(), 1).addGradient(net.theta(), net.x().clone(), net.y(), 1, Nets.anyPass(), gradient);
        for (ParameterBlock block : net.spec().parameters()) {
            float[] part = Arrays.copyOfRange(gradient, block.offset(), block.offset() + block.size());
            switch (block.tensorName()) {
                case "layer1.weight", "layer1.gamma", "layer1.running_variance" ->
                    assertThat(part).as(block.tensorName()).containsOnly(0f);
                default -> assertThat(part).as(block.tensorName()).doesNotContain(0f, Float.NaN);
            }
        }
    }

    @Test
    void aMeanFarFromZeroDoesNotSpoilTheVariance() {
        // Σx² − mμ² in float would be all rounding: 10⁴ squared is 10⁸ with steps of 8
        int m = 1000;
        Random random = new Random(4);
        float[] x = new float[m];
        double mean = 0;
        for (int j = 0; j < m; j++) {
            x[j] = (float) (10_000 + random.nextGaussian());
            mean += x[j] / (double) m;
        }
        double variance = 0;
        for (float each : x) {
            variance += (each - mean) * (each - mean) / m;
        }
        Layer layer = NORM.build(new Shape.Vector(1), 0, 0, m);
        float[] theta = {1, 0, 0, 1};
        float[] y = layer.forwardTraining(theta, x, m, Nets.anyPass());
        // μ is a float: its last bit is 5·10⁻⁴ here
        for (int j = 0; j < m; j++) {
            assertThat((double) y[j]).isCloseTo((x[j] - mean) / Math.sqrt(variance), within(1e-3));
        }
        float[] gradient = new float[4];
        layer.backwardParameters(theta, x, new float[m], m, gradient);
        assertThat(gradient[3] / m).isCloseTo((float) variance, within(1e-5f));
    }

    @Test
    void itsParametersBelongToTheDenseLayerBelow() {
        NetworkSpec spec = spec(
                2,
                List.of(
                        new LayerSpec.Dense(3, LayerSpec.Bias.NONE),
                        NORM,
                        new LayerSpec.Activate(Activation.of(Activation.Kind.RELU)),
                        new LayerSpec.Dropout(0.5),
                        new LayerSpec.Dense(5),
                        new LayerSpec.Activate(Activation.of(Activation.Kind.TANH)),
                        new LayerSpec.BatchNorm(0.5, 1e-3),
                        new LayerSpec.Dense(1)),
                Loss.HALVED_SQUARED);
        assertThat(spec.parameters().stream().map(ParameterBlock::tensorName))
                .containsExactly(
                        "layer1.weight",
                        "layer1.gamma",
                        "layer1.beta",
                        "layer1.running_mean",
                        "layer1.running_variance",
                        "layer2.weight",
                        "layer2.bias",
                        "layer2.gamma",
                        "layer2.beta",
                        "layer2.running_mean",
                        "layer2.running_variance",
                        "layer3.weight",
                        "layer3.bias");
        assertThat(spec.describeLayer(1)).isEqualTo("layer 1 (dense 3, relu)");
        assertThat(spec.describeLayer(2)).isEqualTo("layer 2 (dense 5, tanh)");
        assertThat(spec.describeLayer(3)).isEqualTo("layer 3 (dense 1, output)");
        assertThat(spec.parameters().get(9).kind()).isEqualTo(new ParameterKind.Statistic(0, 0.5));

        // he before the relu, as without the normalization, and γ = 1, β = 0, averages 0 and 1
        float[] theta = spec.initialize(Initializer.AUTO, 3);
        NetworkSpec plain = Nets.spec(Loss.HALVED_SQUARED, Activation.of(Activation.Kind.RELU), 2, 3, 1);
        assertThat(Arrays.copyOf(theta, 6)).containsExactly(Arrays.copyOf(plain.initialize(Initializer.HE, 3), 6));
        assertThat(Arrays.copyOfRange(theta, 6, 18)).containsExactly(1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1);
    }

    @Test
    void theFirstLayerWithAnInfinityIsNamedAcrossANormalization() {
        Nets.Case net = cases().get(0);
        Network network = new Network(net.spec(), net.m());
        assertThat(network.firstNonFiniteLayer(net.theta(), net.x().clone(), net.m()))
                .isEmpty();
        for (ParameterBlock block : net.spec().parameters()) {
            float[] theta = net.theta().clone();
            theta[block.offset()] = Float.NaN;
            assertThat(network.firstNonFiniteLayer(theta, net.x().clone(), net.m()))
                    .as(block.tensorName())
                    .hasValue(block.layer());
        }
    }

    @Test
    void whatCannotBeIsRefused() {
        LayerSpec relu = new LayerSpec.Activate(Activation.of(Activation.Kind.RELU));
        LayerSpec dense = new LayerSpec.Dense(2);
        LayerSpec bare = new LayerSpec.Dense(2, LayerSpec.Bias.NONE);
        refused(
                "dense layer 1 has a bias, which the batch normalization on it takes out again: give it none",
                dense,
                NORM);
        refused(
                "a batch normalization stands right on a dense layer or on its activation: layer 0 from below",
                NORM,
                dense);
        refused(
                "a batch normalization stands right on a dense layer or on its activation: layer 2 from below",
                dense,
                new LayerSpec.Dropout(0.5),
                NORM);
        refused("dense layer 1 has two batch normalizations", bare, NORM, relu, NORM);
        refused(
                "dense layer 2 has an activation on the batch normalization of its activation",
                dense,
                relu,
                dense,
                relu,
                NORM,
                new LayerSpec.Dropout(0.5),
                relu);
        assertThatThrownBy(() -> new LayerSpec.BatchNorm(1, 1e-5))
                .hasMessage("a batch normalization's momentum is in [0, 1), got 1.0");
        assertThatThrownBy(() -> new LayerSpec.BatchNorm(0.9, 0))
                .hasMessage("a batch normalization's epsilon is > 0, got 0.0");
    }

    private static void refused(String message, LayerSpec... layers) {
        List<LayerSpec> all = new ArrayList<>(List.of(layers));
        all.add(new LayerSpec.Dense(1));
        assertThatThrownBy(() -> spec(2, all, Loss.HALVED_SQUARED))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
