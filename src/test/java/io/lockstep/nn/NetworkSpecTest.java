package io.lockstep.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkSpecTest {

    static List<Nets.Case> cases() {
        return Nets.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theParametersCoverThetaWithoutAGap(Nets.Case net) {
        int next = 0;
        for (ParameterBlock block : net.spec().parameters()) {
            assertThat(block.offset()).isEqualTo(next);
            next += block.rows() * block.columns();
        }
        assertThat(net.spec().parameterCount()).isEqualTo(next);
    }

    @Test
    void theParametersAreNamedByLayerAndShape() {
        NetworkSpec spec = new NetworkSpec(
                new Shape.Image(2, 3, 4),
                List.of(
                        new LayerSpec.Dense(5),
                        new LayerSpec.Activate(Activation.of(Activation.Kind.RELU)),
                        new LayerSpec.Dropout(0.5),
                        new LayerSpec.Dense(3)),
                Loss.SOFTMAX_CROSS_ENTROPY);
        assertThat(spec.parameters())
                .containsExactly(
                        new ParameterBlock(1, "weight", ParameterKind.WEIGHT, 0, 5, 24),
                        new ParameterBlock(1, "bias", new ParameterKind.Offset(0), 120, 5, 1),
                        new ParameterBlock(2, "weight", ParameterKind.WEIGHT, 125, 3, 5),
                        new ParameterBlock(2, "bias", new ParameterKind.Offset(0), 140, 3, 1));
        assertThat(spec.outputs()).isEqualTo(3);
        assertThat(spec.describeLayer(1)).isEqualTo("layer 1 (dense 5, relu)");
        assertThat(spec.describeLayer(2)).isEqualTo("layer 2 (dense 3, output)");
        assertThatThrownBy(() -> spec.describeLayer(3)).hasMessage("no layer 3");
    }

    // fan-in 200, units 300: variances as the Javadoc of Initializer has them
    @ParameterizedTest
    @CsvSource({
        "HE, TANH, 0.01", "XAVIER, RELU, 0.005", "GLOROT, RELU, 0.004", "SMALL_NORMAL, RELU, 0.0001",
        "AUTO, RELU, 0.01", "AUTO, LEAKY_RELU, 0.01", "AUTO, TANH, 0.005", "AUTO, SIGMOID, 0.005"
    })
    void weightsHaveMeanZeroAndTheVarianceOfTheirInitializer(
            Initializer initializer, Activation.Kind kind, double variance) {
        NetworkSpec spec = Nets.spec(Loss.HALVED_SQUARED, Activation.of(kind), 200, 300, 1);
        float[] theta = spec.initialize(initializer, 3);
        int n = 200 * 300;
        double mean = 0;
        double square = 0;
        for (int i = 0; i < n; i++) {
            mean += theta[i] / n;
            square += (double) theta[i] * theta[i] / n;
        }
        // five standard errors, √(variance/n) and variance·√(2/n)
        assertThat(Math.abs(mean)).isLessThan(5 * Math.sqrt(variance / n));
        assertThat(Math.abs(square - variance)).isLessThan(5 * variance * Math.sqrt(2.0 / n));
    }

    @Test
    void autoTreatsTheOutputLayerAsLinear() {
        NetworkSpec spec = Nets.spec(Loss.HALVED_SQUARED, Activation.of(Activation.Kind.RELU), 2, 4, 3);
        ParameterBlock output = spec.parameters().get(2);
        assertThat(block(spec.initialize(Initializer.AUTO, 3), output))
                .containsExactly(block(spec.initialize(Initializer.XAVIER, 3), output));
        assertThat(block(spec.initialize(Initializer.AUTO, 3), spec.parameters().get(0)))
                .containsExactly(block(
                        spec.initialize(Initializer.HE, 3), spec.parameters().get(0)));
    }

    @Test
    void biasesStartAtZeroAndSoDoesAllWithZeros() {
        NetworkSpec spec = Nets.spec(Loss.HALVED_SQUARED, Activation.of(Activation.Kind.RELU), 7, 5, 3);
        for (Initializer initializer : Initializer.values()) {
            float[] theta = spec.initialize(initializer, 3);
            for (ParameterBlock block : spec.parameters()) {
                if (!block.isWeight() || initializer == Initializer.ZEROS) {
                    assertThat(block(theta, block)).containsOnly(0f);
                } else {
                    assertThat(block(theta, block)).doesNotContain(0f);
                }
            }
        }
    }

    @Test
    void aSeedGivesOneThetaAndAnotherSeedAnother() {
        NetworkSpec spec = Nets.spec(Loss.HALVED_SQUARED, Activation.of(Activation.Kind.RELU), 7, 5, 3);
        assertThat(spec.initialize(Initializer.HE, 3)).containsExactly(spec.initialize(Initializer.HE, 3));
        assertThat(spec.initialize(Initializer.HE, 3)).isNotEqualTo(spec.initialize(Initializer.HE, 4));
    }

    @Test
    void layersDrawFromStreamsOfTheirOwnSoThatAddingOneLeavesTheEarlierAlone() {
        Activation relu = Activation.of(Activation.Kind.RELU);
        NetworkSpec shallow = Nets.spec(Loss.HALVED_SQUARED, relu, 6, 6, 6);
        NetworkSpec deep = Nets.spec(Loss.HALVED_SQUARED, relu, 6, 6, 6, 6);
        float[] before = shallow.initialize(Initializer.HE, 3);
        assertThat(Arrays.copyOf(deep.initialize(Initializer.HE, 3), before.length))
                .containsExactly(before);
        assertThat(block(before, shallow.parameters().get(0)))
                .isNotEqualTo(block(before, shallow.parameters().get(2)));
    }

    @Test
    void withoutDropoutKeepsAllElseAndTheta() {
        Nets.Case net = Nets.cases().get(6);
        assertThat(net.spec().withoutDropout()).isEqualTo(net.spec());
    }

    @Test
    void aNetThatDoesNotEndInADenseLayerIsRefused() {
        assertThatThrownBy(() -> new NetworkSpec(
                        new Shape.Vector(1),
                        List.of(new LayerSpec.Dense(1), new LayerSpec.Activate(Activation.of(Activation.Kind.RELU))),
                        Loss.HALVED_SQUARED))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the last layer must be dense, it makes the logits");
    }

    private static float[] block(float[] theta, ParameterBlock block) {
        return Arrays.copyOfRange(theta, block.offset(), block.offset() + block.size());
    }
}
