package io.lockstep.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropoutTest {
    private static final int N = 37;
    private static final int M = 500;

    /** What a dropout layer makes of ones: its mask. */
    private static float[] mask(double rate, int position, TrainingPass pass, int m) {
        float[] ones = new float[N * m];
        Arrays.fill(ones, 1f);
        Layer layer = new LayerSpec.Dropout(rate).build(new Shape.Vector(N), position, 0, m + 2);
        return Arrays.copyOf(layer.forwardTraining(new float[0], ones, m, pass), N * m);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.2, 0.5, 0.9})
    void theRateIsKeptAndTheMeanPreserved(double rate) {
        float[] mask = mask(rate, 3, new TrainingPass(5, 1, 0, 0, 0), M);
        int zeros = 0;
        double sum = 0;
        for (float value : mask) {
            if (value == 0) {
                zeros++;
            } else {
                assertThat(value).isEqualTo((float) (1 / (1 - rate)));
            }
            sum += value;
        }
        // five standard deviations of a binomial share
        double bound = 5 * Math.sqrt(rate * (1 - rate) / mask.length);
        assertThat((double) zeros / mask.length).isCloseTo(rate, within(bound));
        assertThat(sum / mask.length).isCloseTo(1, within(bound / (1 - rate)));
    }

    @Test
    void noRateDropsNothing() {
        assertThat(mask(0, 3, new TrainingPass(5, 1, 0, 0, 0), M)).containsOnly(1f);
    }

    @Test
    void aRepeatedPassDrawsTheSameMaskAndAnyOtherPassAnother() {
        TrainingPass pass = new TrainingPass(5, 1, 2, 3, 0);
        assertThat(mask(0.5, 3, pass, M)).containsExactly(mask(0.5, 3, new TrainingPass(5, 1, 2, 3, 0), M));
        Set<String> masks = new HashSet<>();
        masks.add(Arrays.toString(mask(0.5, 3, pass, M)));
        masks.add(Arrays.toString(mask(0.5, 4, pass, M)));
        for (TrainingPass other : List.of(
                new TrainingPass(6, 1, 2, 3, 0),
                new TrainingPass(5, 2, 2, 3, 0),
                new TrainingPass(5, 1, 3, 3, 0),
                new TrainingPass(5, 1, 2, 4, 0),
                new TrainingPass(5, 1, 2, 3, 1))) {
            masks.add(Arrays.toString(mask(0.5, 3, other, M)));
        }
        assertThat(masks).hasSize(7);
    }

    @Test
    void aSliceInPartsDrawsTheMaskOfTheWhole() {
        float[] whole = mask(0.5, 3, new TrainingPass(5, 1, 2, 3, 0), M);
        int from = 0;
        for (int to : new int[] {1, 14, 333, M}) {
            assertThat(mask(0.5, 3, new TrainingPass(5, 1, 2, 3, from), to - from))
                    .containsExactly(Arrays.copyOfRange(whole, from * N, to * N));
            from = to;
        }
    }

    @Test
    void inferenceIsTheIdentity() {
        float[] input = {1, -2, 3};
        Layer layer = new LayerSpec.Dropout(0.9).build(new Shape.Vector(3), 0, 0, 1);
        assertThat(layer.forwardInference(new float[0], input.clone(), 1)).containsExactly(input);

        Nets.Case net = Nets.of(withDropout(), 5, 31);
        float[] plain = new Network(net.spec().withoutDropout(), 5)
                .logits(net.theta(), net.x().clone(), 5);
        assertThat(new Network(net.spec(), 5).logits(net.theta(), net.x().clone(), 5))
                .containsExactly(plain);
    }

    @Test
    void theGradientGoesThroughTheSameMask() {
        TrainingPass pass = new TrainingPass(5, 1, 2, 3, 4);
        Layer layer = new LayerSpec.Dropout(0.5).build(new Shape.Vector(N), 3, 0, 9);
        float[] ones = new float[N * 9];
        Arrays.fill(ones, 1f);
        float[] mask =
                layer.forwardTraining(new float[0], ones.clone(), 9, pass).clone();
        assertThat(layer.backward(new float[0], ones, ones.clone(), 9, new float[0]))
                .containsExactly(mask);
    }

    /**
     * With the masks drawn here, the training pass is the reference network of masked, scaled weights: dropping unit k
     * below a weight is a zero in its column, example by example.
     */
    @Test
    void aTrainingPassIsThatOfTheThinnedNetwork() {
        Nets.Case net = Nets.of(withDropout(), 6, 32);
        TrainingPass pass = new TrainingPass(8, 2, 1, 0, 0);
        float[] gradient = new float[net.theta().length];
        double loss =
                new Network(net.spec(), 6).addGradient(net.theta(), net.x().clone(), net.y(), 6, pass, gradient);

        NetworkSpec plain = net.spec().withoutDropout();
        ReferenceNetwork reference = new ReferenceNetwork(plain);
        ParameterBlock first = plain.parameters().get(0);
        ParameterBlock second = plain.parameters().get(2);
        Layer input = new LayerSpec.Dropout(0.25).build(new Shape.Vector(4), 0, 0, 6);
        Layer hidden = new LayerSpec.Dropout(0.5).build(new Shape.Vector(11), 3, 0, 6);
        float[] ones = new float[66];
        Arrays.fill(ones, 1f);
        float[] inputMask = input.forwardTraining(new float[0], ones, 6, pass);
        float[] hiddenMask = hidden.forwardTraining(new float[0], ones, 6, pass);
        double expectedLoss = 0;
        double[] expected = new double[gradient.length];
        for (int j = 0; j < 6; j++) {
            double[] thinned = net.wideTheta();
            double[] scale = new double[thinned.length];
            Arrays.fill(scale, 1);
            fillColumns(scale, first, inputMask, j);
            fillColumns(scale, second, hiddenMask, j);
            for (int i = 0; i < thinned.length; i++) {
                thinned[i] *= scale[i];
            }
            double[] part = new double[gradient.length];
            double[] x = Nets.widen(Arrays.copyOfRange(net.x(), 4 * j, 4 * j + 4));
            expectedLoss += reference.addGradient(thinned, x, new double[] {net.y()[j]}, 1, part);
            for (int i = 0; i < part.length; i++) {
                expected[i] += part[i] * scale[i];
            }
        }
        assertThat(loss).isCloseTo(expectedLoss, within(1e-5));
        assertThat(Nets.relativeDifference(Nets.widen(gradient), expected)).isLessThan(1e-6);
    }

    private static void fillColumns(double[] scale, ParameterBlock weight, float[] mask, int example) {
        for (int k = 0; k < weight.columns(); k++) {
            for (int i = 0; i < weight.rows(); i++) {
                scale[weight.offset() + k * weight.rows() + i] = mask[example * weight.columns() + k];
            }
        }
    }

    private static NetworkSpec withDropout() {
        return new NetworkSpec(
                new Shape.Vector(4),
                List.of(
                        new LayerSpec.Dropout(0.25),
                        new LayerSpec.Dense(11),
                        new LayerSpec.Activate(Activation.of(Activation.Kind.TANH)),
                        new LayerSpec.Dropout(0.5),
                        new LayerSpec.Dense(3)),
                Loss.SOFTMAX_CROSS_ENTROPY);
    }
}
