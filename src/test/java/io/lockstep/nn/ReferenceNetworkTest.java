package io.lockstep.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReferenceNetworkTest {

    static List<Nets.Case> cases() {
        return Nets.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void itsGradientIsThatOfItsLossToTheNotesBound(Nets.Case net) {
        ReferenceNetwork reference = new ReferenceNetwork(net.spec());
        double[] theta = net.wideTheta();
        double[] gradient = new double[theta.length];
        double sum = reference.addGradient(theta, net.wideX(), net.wideY(), net.m(), gradient);

        double[] differences = new double[theta.length];
        double h = 1e-5;
        for (int i = 0; i < theta.length; i++) {
            double kept = theta[i];
            theta[i] = kept + h;
            double above = reference.lossSum(theta, net.wideX(), net.wideY(), net.m());
            theta[i] = kept - h;
            double below = reference.lossSum(theta, net.wideX(), net.wideY(), net.m());
            theta[i] = kept;
            differences[i] = (above - below) / (2 * h);
        }
        // the notes' threshold for a gradient in float64
        assertThat(Nets.relativeDifference(gradient, differences)).isLessThan(1e-7);
        assertThat(sum).isEqualTo(reference.lossSum(theta, net.wideX(), net.wideY(), net.m()));
    }

    // z1 = (2·1 − 1·3 + 0.5, 1·1 + 1·3 − 6) = (−0.5, −2), worked by hand, as is all that follows
    private static final double[] THETA = {2, 1, -1, 1, 0.5, -6, 3, -2, 0.25};
    private static final double[] X = {1, 3};

    @Test
    void aLeakyNetGivesWhatAHandComputes() {
        NetworkSpec spec = Nets.spec(Loss.HALVED_SQUARED, Activation.leakyRelu(0.1), 2, 2, 1);
        ReferenceNetwork reference = new ReferenceNetwork(spec);
        // a1 = (−0.05, −0.2), z2 = −0.15 + 0.4 + 0.25 = 0.5, L = ½·(0.5 − 1.5)², dz2 = −1
        assertThat(reference.outputs(THETA, X, 1)[0]).isCloseTo(0.5, within(1e-15));
        double[] gradient = new double[9];
        assertThat(reference.addGradient(THETA, X, new double[] {1.5}, 1, gradient))
                .isCloseTo(0.5, within(1e-15));
        // dz1 = 0.1·(−3, 2); dW2 = dz2·a1ᵀ
        double[] expected = {-0.3, 0.2, -0.9, 0.6, -0.3, 0.2, 0.05, 0.2, -1};
        assertThat(gradient).containsExactly(expected, within(1e-15));
    }

    @Test
    void aReluNetWhoseUnitsAreDeadHasOnlyTheLastBiasToLearn() {
        NetworkSpec spec = Nets.spec(Loss.HALVED_SQUARED, Activation.of(Activation.Kind.RELU), 2, 2, 1);
        double[] gradient = new double[9];
        new ReferenceNetwork(spec).addGradient(THETA, X, new double[] {1.5}, 1, gradient);
        assertThat(gradient).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, -1.25);
    }

    @Test
    void dropoutIsTheIdentity() {
        Nets.Case net =
                Nets.of(Nets.spec(Loss.SOFTMAX_CROSS_ENTROPY, Activation.of(Activation.Kind.TANH), 4, 5, 3), 6, 21);
        NetworkSpec dropping = new NetworkSpec(
                net.spec().input(),
                List.of(
                        new LayerSpec.Dropout(0.9),
                        net.spec().layers().get(0),
                        net.spec().layers().get(1),
                        new LayerSpec.Dropout(0.5),
                        net.spec().layers().get(2)),
                net.spec().loss());
        double[] expected = new double[net.theta().length];
        double[] actual = new double[net.theta().length];
        double loss = new ReferenceNetwork(net.spec())
                .addGradient(net.wideTheta(), net.wideX(), net.wideY(), net.m(), expected);
        assertThat(new ReferenceNetwork(dropping)
                        .addGradient(net.wideTheta(), net.wideX(), net.wideY(), net.m(), actual))
                .isEqualTo(loss);
        assertThat(actual).containsExactly(expected);
        assertThat(dropping.withoutDropout()).isEqualTo(net.spec());
    }

    @Test
    void arraysOfTheWrongLengthAreRefused() {
        ReferenceNetwork reference =
                new ReferenceNetwork(Nets.spec(Loss.HALVED_SQUARED, Activation.of(Activation.Kind.RELU), 2, 2, 1));
        assertThatThrownBy(() -> reference.lossSum(new double[8], new double[2], new double[1], 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("θ has 8 elements, not 9");
        assertThatThrownBy(() -> reference.lossSum(new double[9], new double[3], new double[2], 2))
                .hasMessage("X has 3 elements, 2 examples need 4");
        assertThatThrownBy(() -> reference.lossSum(new double[9], new double[4], new double[1], 2))
                .hasMessage("Y has 1 elements, 2 examples need 2");
    }
}
