package io.lockstep.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Weighted gradients against the reference network, which knows no weights: it is asked example by example. */
class ExampleWeightsTest {

    static List<Nets.Case> cases() {
        return Nets.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theGradientIsTheSumOfTheExamplesGradientsTimesTheirWeights(Nets.Case net) {
        Random random = new Random(7);
        float[] weights = new float[net.m() + 2];
        for (int j = 0; j < weights.length; j++) {
            weights[j] = j % 4 == 3 ? 0 : 3 * random.nextFloat();
        }
        ReferenceNetwork reference = new ReferenceNetwork(net.spec());
        int n = net.spec().input().size();
        int targets = net.spec().loss().targets(net.spec().outputs());
        double[] expected = new double[net.theta().length];
        double loss = 0;
        for (int j = 0; j < net.m(); j++) {
            double[] one = new double[expected.length];
            double[] x = Arrays.copyOfRange(net.wideX(), j * n, (j + 1) * n);
            double[] y = Arrays.copyOfRange(net.wideY(), j * targets, (j + 1) * targets);
            loss += weights[j] * reference.addGradient(net.wideTheta(), x, y, 1, one);
            for (int i = 0; i < one.length; i++) {
                expected[i] += weights[j] * one[i];
            }
        }
        Network network = new Network(net.spec(), net.m() + 3);
        float[] gradient = new float[expected.length];
        double engine =
                network.addGradient(net.theta(), net.x().clone(), net.y(), weights, net.m(), Nets.anyPass(), gradient);
        // float32 has 6·10⁻⁸ per operation, which grows with the square root of a few hundred operations
        assertThat(engine).isCloseTo(loss, within(1e-5 * (1 + Math.abs(loss))));
        assertThat(Nets.relativeDifference(Nets.widen(gradient), expected)).isLessThan(1e-5);
        float[] z = network.logits(net.theta(), net.x().clone(), net.m());
        assertThat(net.spec().loss().sum(z, net.y(), weights, net.spec().outputs(), net.m()))
                .as("the loss without a gradient")
                .isEqualTo(engine);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void weightsOfOneGiveTheBitsOfNoWeights(Nets.Case net) {
        float[] ones = new float[net.m()];
        Arrays.fill(ones, 1);
        float[] weighted = new float[net.theta().length];
        float[] plain = new float[net.theta().length];
        Network network = new Network(net.spec(), net.m());
        double loss =
                network.addGradient(net.theta(), net.x().clone(), net.y(), ones, net.m(), Nets.anyPass(), weighted);
        assertThat(network.addGradient(net.theta(), net.x().clone(), net.y(), net.m(), Nets.anyPass(), plain))
                .isEqualTo(loss);
        assertThat(weighted).containsExactly(plain);
    }
}
