package io.lockstep.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class GradientCheckTest {
    private static final GradientCheck.Settings ALL = new GradientCheck.Settings(0.03, 0.02, 10_000, 1);

    static List<Nets.Case> cases() {
        return Nets.cases().stream().filter(net -> net.theta().length < 300).toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void backpropIsGoodWithRegularization(Nets.Case net) {
        GradientCheck.Result result = check(net, ALL);
        assertThat(result.verdict()).as("%s", result).isEqualTo(GradientCheck.Verdict.GOOD);
        // the generator keeps away from kinks
        assertThat(result.atKinks()).isZero();
        assertThat(result.compared()).isEqualTo(result.parameters()).isEqualTo(net.theta().length);
    }

    @Test
    void aPlantedFaultIsFoundAndNamed() {
        Nets.Case net = small();
        for (ParameterBlock block : net.spec().parameters()) {
            int row = block.rows() - 1;
            int column = block.columns() / 2;
            int index = block.offset() + column * block.rows() + row;
            GradientCheck.Result result = perturbed(net, index, 0.01f);
            assertThat(result.verdict()).as(block.tensorName()).isEqualTo(GradientCheck.Verdict.WRONG);
            GradientCheck.Component worst = result.worst().get(0);
            assertThat(worst.layer()).isEqualTo(block.layer());
            assertThat(worst.parameter()).isEqualTo(block.name());
            assertThat(worst.row()).isEqualTo(row);
            assertThat(worst.column()).isEqualTo(column);
            assertThat(worst.backprop() - worst.difference()).isBetween(0.0099, 0.0101);
            assertThat(worst.describe())
                    .startsWith(
                            "layer " + block.layer() + " " + block.name() + " [" + row + ", " + column + "]: backprop ")
                    .contains(String.format(Locale.ROOT, "%.5e", worst.difference()));
        }
    }

    @Test
    void aSlightFaultIsSuspicious() {
        assertThat(perturbed(small(), 0, 2e-4f).verdict()).isEqualTo(GradientCheck.Verdict.SUSPICIOUS);
    }

    @Test
    void aGradientThatIsNoNumberIsWrong() {
        for (float planted : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            GradientCheck.Result result = perturbed(small(), 3, planted);
            assertThat(result.verdict()).isEqualTo(GradientCheck.Verdict.WRONG);
            assertThat(result.worst().get(0).backprop()).isEqualTo(Double.valueOf(planted));
        }
    }

    @Test
    void forgettingARegularizerIsFoundInTheWeightsAndNotInTheBiases() {
        Nets.Case net = small();
        for (GradientCheck.Settings settings :
                List.of(new GradientCheck.Settings(0.1, 0, 10_000, 1), new GradientCheck.Settings(0, 0.1, 10_000, 1))) {
            GradientCheck.Result result = GradientCheck.run(
                    net.spec(), net.theta(), net.x(), net.y(), net.m(), settings, GradientCheckTest::meanGradient);
            assertThat(result.verdict()).isEqualTo(GradientCheck.Verdict.WRONG);
            assertThat(result.worst())
                    .extracting(GradientCheck.Component::parameter)
                    .containsOnly("weight");
        }
    }

    /** The whole network of these tests without its regularization. */
    private static float[] meanGradient(float[] theta, float[] x, float[] y, int m) {
        float[] gradient = new float[theta.length];
        new Network(small().spec(), m).addGradient(theta, x, y, m, Nets.anyPass(), gradient);
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] /= m;
        }
        return gradient;
    }

    private static GradientCheck.Result perturbed(Nets.Case net, int index, float by) {
        return GradientCheck.run(
                net.spec(),
                net.theta(),
                net.x(),
                net.y(),
                net.m(),
                new GradientCheck.Settings(0, 0, 10_000, 1),
                (theta, x, y, m) -> {
                    float[] gradient = meanGradient(theta, x, y, m);
                    gradient[index] += by;
                    return gradient;
                });
    }

    @ParameterizedTest
    @EnumSource(Activation.Kind.class)
    void backpropIsGoodAtInitializationAndAgainAfterSomeTraining(Activation.Kind kind) {
        NetworkSpec spec = Nets.spec(Loss.SOFTMAX_CROSS_ENTROPY, Activation.of(kind), 5, 12, 8, 3);
        Nets.Case net = Nets.of(spec, 20, 41);
        float[] theta = spec.initialize(Initializer.AUTO, 41);
        GradientCheck.Settings settings = new GradientCheck.Settings(0.01, 0, 10_000, 1);
        assertThat(GradientCheck.run(spec, theta, net.x(), net.y(), 20, settings)
                        .verdict())
                .isEqualTo(GradientCheck.Verdict.GOOD);
        Network network = new Network(spec, 20);
        double before = network.lossSum(theta, net.x().clone(), net.y(), 20);
        for (int step = 0; step < 50; step++) {
            float[] gradient = new float[theta.length];
            network.addGradient(theta, net.x().clone(), net.y(), 20, Nets.anyPass(), gradient);
            for (int i = 0; i < theta.length; i++) {
                theta[i] -= 0.1f * gradient[i] / 20;
            }
        }
        assertThat(network.lossSum(theta, net.x().clone(), net.y(), 20)).isLessThan(0.95 * before);
        GradientCheck.Result after = GradientCheck.run(spec, theta, net.x(), net.y(), 20, settings);
        assertThat(after.verdict()).as("%s", after).isEqualTo(GradientCheck.Verdict.GOOD);
    }

    @Test
    void gradientsThatAreAllZeroAgree() {
        // a target equal to the output: L and all its derivatives are 0 but for the steps' own squares
        NetworkSpec spec = Nets.spec(Loss.HALVED_SQUARED, Activation.of(Activation.Kind.TANH), 2, 3, 1);
        GradientCheck.Result result = GradientCheck.run(
                spec,
                new float[spec.parameterCount()],
                new float[] {1, -2},
                new float[1],
                1,
                new GradientCheck.Settings(0, 0, 10_000, 1));
        assertThat(result.relativeDifference()).isZero();
        assertThat(result.verdict()).isEqualTo(GradientCheck.Verdict.GOOD);
    }

    @Test
    void saturatedUnitsAreNotJudgedByRoundingNoise() {
        // σ(40) = 1 in float32: backprop is exactly 0, the true derivative about 10⁻¹⁸, its difference rounding noise
        NetworkSpec spec = Nets.spec(Loss.SIGMOID_CROSS_ENTROPY, Activation.of(Activation.Kind.SIGMOID), 1, 2, 1);
        float[] theta = {40, 50, 0, 0, 20, 20, 0};
        GradientCheck.Result result = GradientCheck.run(
                spec, theta, new float[] {1}, new float[] {1}, 1, new GradientCheck.Settings(0, 0, 10_000, 1));
        assertThat(result.verdict()).as("%s", result).isEqualTo(GradientCheck.Verdict.GOOD);
    }

    @Test
    void componentsAtAKinkAreCountedAndLeftOut() {
        // x = 0 and b = 0: every hidden unit sits at 0 exactly, where only its bias moves it
        NetworkSpec spec = Nets.spec(Loss.HALVED_SQUARED, Activation.of(Activation.Kind.RELU), 2, 3, 1);
        float[] theta = spec.initialize(Initializer.HE, 5);
        GradientCheck.Result result = GradientCheck.run(
                spec, theta, new float[2], new float[] {1}, 1, new GradientCheck.Settings(0, 0, 10_000, 1));
        assertThat(result.atKinks()).isEqualTo(3);
        assertThat(result.compared()).isEqualTo(theta.length - 3);
        assertThat(result.verdict()).isEqualTo(GradientCheck.Verdict.GOOD);
    }

    @Test
    void theStepShrinksBesideAKink() {
        // z = ±2·10⁻⁷, within the first step of 10⁻⁵
        NetworkSpec spec = Nets.spec(Loss.HALVED_SQUARED, Activation.of(Activation.Kind.RELU), 1, 2, 1);
        float[] theta = {1, 1, 2e-7f, -2e-7f, 3, 4, 0};
        GradientCheck.Result result = GradientCheck.run(
                spec, theta, new float[1], new float[] {1}, 1, new GradientCheck.Settings(0, 0, 10_000, 1));
        assertThat(result.atKinks()).isZero();
        assertThat(result.compared()).isEqualTo(7);
        assertThat(result.verdict()).as("%s", result).isEqualTo(GradientCheck.Verdict.GOOD);
    }

    @Test
    void weightsOfZeroUnderL1AreNoKink() {
        NetworkSpec spec = Nets.spec(Loss.HALVED_SQUARED, Activation.of(Activation.Kind.TANH), 2, 3, 1);
        float[] theta = spec.initialize(Initializer.ZEROS, 1);
        GradientCheck.Result result = GradientCheck.run(
                spec, theta, new float[] {1, 2}, new float[] {1}, 1, new GradientCheck.Settings(0, 0.5, 10_000, 1));
        assertThat(result.compared()).isEqualTo(theta.length);
        assertThat(result.verdict()).as("%s", result).isEqualTo(GradientCheck.Verdict.GOOD);
    }

    @Test
    void aLargeNetIsSampledWithEachParameterRepresented() {
        Nets.Case net = Nets.of(
                Nets.spec(Loss.SOFTMAX_CROSS_ENTROPY, Activation.of(Activation.Kind.RELU), 100, 40, 30, 4), 3, 51);
        GradientCheck.Settings settings = new GradientCheck.Settings(0, 0, 120, 7);
        GradientCheck.Result result = check(net, settings);
        assertThat(result.compared() + result.atKinks()).isEqualTo(120);
        assertThat(result.parameters()).isEqualTo(net.theta().length);
        assertThat(result.verdict()).as("%s", result).isEqualTo(GradientCheck.Verdict.GOOD);
        assertThat(check(net, settings)).isEqualTo(result);
        assertThat(check(net, new GradientCheck.Settings(0, 0, 120, 8))).isNotEqualTo(result);
        for (ParameterBlock block : net.spec().parameters()) {
            GradientCheck.Result faulty = GradientCheck.run(
                    net.spec(), net.theta(), net.x(), net.y(), net.m(), settings, (theta, x, y, m) -> {
                        float[] gradient = new float[theta.length];
                        new Network(net.spec(), m).addGradient(theta, x, y, m, Nets.anyPass(), gradient);
                        for (int i = 0; i < gradient.length; i++) {
                            boolean spoilt = i >= block.offset() && i < block.offset() + block.size();
                            gradient[i] = gradient[i] / m + (spoilt ? 0.5f : 0f);
                        }
                        return gradient;
                    });
            assertThat(faulty.verdict()).as(block.tensorName()).isEqualTo(GradientCheck.Verdict.WRONG);
            assertThat(faulty.worst().get(0).layer()).isEqualTo(block.layer());
            assertThat(faulty.worst().get(0).parameter()).isEqualTo(block.name());
        }
    }

    @Test
    void dropoutIsLeftOutAndTheArgumentsAreLeftAlone() {
        Nets.Case net = small();
        NetworkSpec dropping = new NetworkSpec(
                net.spec().input(),
                List.of(
                        new LayerSpec.Dropout(0.5),
                        net.spec().layers().get(0),
                        net.spec().layers().get(1),
                        new LayerSpec.Dropout(0.5),
                        net.spec().layers().get(2)),
                net.spec().loss());
        float[] theta = net.theta().clone();
        float[] x = net.x().clone();
        float[] y = net.y().clone();
        assertThat(GradientCheck.run(dropping, theta, x, y, net.m(), ALL)).isEqualTo(check(net, ALL));
        assertThat(theta).containsExactly(net.theta());
        assertThat(x).containsExactly(net.x());
        assertThat(y).containsExactly(net.y());
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> new GradientCheck.Settings(-1, 0, 10, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("l2 and l1 are at least 0, got -1.0 and 0.0");
        assertThatThrownBy(() -> new GradientCheck.Settings(0, 0, 0, 1))
                .hasMessage("a gradient check compares at least 1 component, got 0");
        Nets.Case net = small();
        assertThatThrownBy(() -> GradientCheck.run(net.spec(), net.theta(), net.x(), net.y(), 0, ALL))
                .hasMessage("a gradient check needs at least 1 example, got 0");
    }

    private static GradientCheck.Result check(Nets.Case net, GradientCheck.Settings settings) {
        return GradientCheck.run(net.spec(), net.theta(), net.x(), net.y(), net.m(), settings);
    }

    private static Nets.Case small() {
        return Nets.of(Nets.spec(Loss.SOFTMAX_CROSS_ENTROPY, Activation.of(Activation.Kind.TANH), 4, 5, 3), 6, 61);
    }
}
