package io.lockstep.nn;

import io.lockstep.math.Purpose;
import io.lockstep.math.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Compares the engine's gradient d with two-sided differences d̂ of the loss (notes, "Gradient Checking"):
 * d̂ᵢ = (J(θ + h·eᵢ) − J(θ − h·eᵢ)) / 2h, and ‖d − d̂‖ / (‖d‖ + ‖d̂‖) over the components that were compared. J is the
 * mean loss of the examples plus l2/2·Σ‖W‖² + l1/2·Σ|w|, computed in float64 by the {@link ReferenceNetwork}; d is
 * float32 backprop. Dropout layers are left out; a batch normalization takes the statistics of the examples, as in
 * training, and its running averages have no gradient to check.
 *
 * <p><b>Step.</b> h = 10⁻⁵·max(1, |θᵢ|), near ∛ε for float64, where the error of the formula (∝ h²) and of rounding
 * (∝ ε·J/h) are both about 10⁻¹¹; so what is seen is d's own float32 error, 10⁻⁷ to 10⁻⁶. Components that differ by no
 * more than the rounding of J explains count as equal: else a gradient of zero would be judged by noise.
 *
 * <p><b>Kinks.</b> Where one of ±h moves a unit across the kink of a ReLU, the difference is no derivative. h then
 * shrinks tenfold, down to 10⁻⁸; a component that still straddles a kink (z = 0 exactly: dead units, zero inputs) has
 * no derivative, and is counted and left out. The same holds for |w| under L1, except that w = 0 itself is fine: its
 * difference is 0, as is its gradient by convention.
 */
public final class GradientCheck {
    private static final double STEP = 1e-5;
    private static final double SMALLEST_STEP = 1e-8;
    private static final double GOOD = 1e-5;
    private static final double WRONG = 1e-3;
    private static final int WORST = 10;

    private final ReferenceNetwork reference;
    private final List<ParameterBlock> blocks;
    private final Settings settings;
    private final double[] theta;
    private final double[] x;
    private final double[] y;
    private final int m;

    /**
     * What is checked.
     *
     * @param l2 λ/m: J has l2/2·Σ‖W‖², over the weights, not the biases
     * @param l1 λ/m: J has l1/2·Σ|w|, over the weights, not the biases
     * @param components how many components of θ are compared at most; of a larger θ a random sample, the same number
     *     from each W and b as far as they reach, and at least one from each
     * @param seed of the sample
     */
    public record Settings(double l2, double l1, int components, long seed) {
        public Settings {
            if (!(l2 >= 0 && l1 >= 0)) {
                throw new IllegalArgumentException("l2 and l1 are at least 0, got " + l2 + " and " + l1);
            }
            if (components < 1) {
                throw new IllegalArgumentException("a gradient check compares at least 1 component, got " + components);
            }
        }
    }

    /** What a relative difference says. */
    public enum Verdict {
        /** Below 10⁻⁵. */
        GOOD,
        /** Between; look at the worst components. */
        SUSPICIOUS,
        /** Above 10⁻³, or not a number. */
        WRONG
    }

    /**
     * One ∂J/∂θᵢ.
     *
     * @param row of W or b, from 0
     * @param column of W, from 0; 0 for a bias
     * @param backprop the engine's
     * @param difference the two-sided difference
     */
    public record Component(int layer, String parameter, int row, int column, double backprop, double difference) {

        /** In words, e.g. {@code layer 2 weight [3, 17]: backprop 1.20000e-01, two-sided difference 1.30000e-01}. */
        public String describe() {
            return String.format(
                    Locale.ROOT,
                    "layer %d %s [%d, %d]: backprop %.5e, two-sided difference %.5e",
                    layer,
                    parameter,
                    row,
                    column,
                    backprop,
                    difference);
        }

        private double error() {
            return Math.abs(backprop - difference);
        }
    }

    /**
     * The outcome.
     *
     * @param relativeDifference ‖d − d̂‖ / (‖d‖ + ‖d̂‖); 0 if both gradients are zero
     * @param compared how many components entered it
     * @param atKinks how many more were drawn but have no derivative
     * @param parameters how many components of θ are trained
     * @param worst the components furthest apart, worst first, at most 10
     */
    public record Result(double relativeDifference, int compared, int atKinks, int parameters, List<Component> worst) {
        public Result {
            worst = List.copyOf(worst);
        }

        /** What the relative difference says. */
        public Verdict verdict() {
            if (relativeDifference < GradientCheck.GOOD) {
                return Verdict.GOOD;
            }
            return relativeDifference <= GradientCheck.WRONG ? Verdict.SUSPICIOUS : Verdict.WRONG;
        }
    }

    /** The gradient under suspicion. */
    @FunctionalInterface
    public interface Gradient {
        /**
         * ∂J/∂θ with J as {@link GradientCheck} defines it: the mean over the examples, regularized.
         *
         * @param theta θ, left alone
         * @param x X (n_x, m); may be overwritten
         * @param y the targets ({@link Loss#targets}, m), left alone
         * @return in θ's layout
         */
        float[] of(float[] theta, float[] x, float[] y, int m);
    }

    private GradientCheck(NetworkSpec spec, float[] theta, float[] x, float[] y, int m, Settings settings) {
        this.reference = new ReferenceNetwork(spec);
        this.blocks =
                spec.parameters().stream().filter(ParameterBlock::isTrained).toList();
        this.settings = settings;
        this.theta = widen(theta);
        this.x = widen(x);
        this.y = widen(y);
        this.m = m;
    }

    /**
     * Checks the backprop of a {@link Network}.
     *
     * @param spec the network; its dropout layers are left out
     * @param theta θ, left alone
     * @param x X (n_x, m), left alone
     * @param y the targets ({@link Loss#targets}, m), left alone
     * @param m how many examples, at least 1; a handful will do, for time grows as components · m · parameters
     * @throws IllegalArgumentException if m is below 1, or θ, x or y are too short
     */
    public static Result run(NetworkSpec spec, float[] theta, float[] x, float[] y, int m, Settings settings) {
        NetworkSpec plain = spec.withoutDropout();
        return run(spec, theta, x, y, m, settings, (t, xs, ys, count) -> backprop(plain, t, xs, ys, count, settings));
    }

    /**
     * Checks the backprop of a {@link Network} that is given the examples sparse.
     *
     * @param shift c of {@link SparseBatch} (n_x)
     * @see #run(NetworkSpec, float[], float[], float[], int, Settings)
     */
    public static Result runSparse(
            NetworkSpec spec, float[] theta, float[] x, float[] y, int m, Settings settings, float[] shift) {
        NetworkSpec plain = spec.withoutDropout();
        return run(spec, theta, x, y, m, settings, (t, xs, ys, count) -> {
            float[] gradient = new float[t.length];
            SparseBatch sparse = SparseBatch.of(xs, count, shift);
            new Network(plain, count).addGradient(t, sparse, ys, pass(settings), gradient);
            return regularized(plain, t, gradient, count, settings);
        });
    }

    /**
     * Checks a gradient of the caller's, such as one that the trainer has divided and regularized.
     *
     * @see #run(NetworkSpec, float[], float[], float[], int, Settings)
     */
    public static Result run(
            NetworkSpec spec, float[] theta, float[] x, float[] y, int m, Settings settings, Gradient gradient) {
        if (m < 1) {
            throw new IllegalArgumentException("a gradient check needs at least 1 example, got " + m);
        }
        float[] d = gradient.of(theta, x.clone(), y, m);
        return new GradientCheck(spec.withoutDropout(), theta, x, y, m, settings).compare(d);
    }

    /** The engine's gradient: summed, divided once, regularized. */
    private static float[] backprop(NetworkSpec spec, float[] theta, float[] x, float[] y, int m, Settings settings) {
        float[] gradient = new float[theta.length];
        new Network(spec, m).addGradient(theta, x, y, m, pass(settings), gradient);
        return regularized(spec, theta, gradient, m, settings);
    }

    private static TrainingPass pass(Settings settings) {
        return new TrainingPass(settings.seed(), 0, 0, 0, 0);
    }

    private static float[] regularized(NetworkSpec spec, float[] theta, float[] gradient, int m, Settings settings) {
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] /= m;
        }
        for (ParameterBlock block : spec.parameters()) {
            if (block.isWeight()) {
                for (int i = block.offset(); i < block.offset() + block.size(); i++) {
                    gradient[i] += (float) (settings.l2() * theta[i] + settings.l1() / 2 * Math.signum(theta[i]));
                }
            }
        }
        return gradient;
    }

    private Result compare(float[] d) {
        double roundingOfLoss = 4 * Math.ulp(1.0) * (1 + Math.abs(objective().value()));
        List<Component> components = new ArrayList<>();
        double errors = 0;
        double backprops = 0;
        double differences = 0;
        int atKinks = 0;
        for (int b = 0; b < blocks.size(); b++) {
            ParameterBlock block = blocks.get(b);
            for (int i : sample(b)) {
                int index = block.offset() + i;
                double h = firstStep(index, block);
                OptionalDouble found = difference(index, h);
                while (found.isEmpty() && h / 10 >= SMALLEST_STEP) {
                    h /= 10;
                    found = difference(index, h);
                }
                if (found.isEmpty()) {
                    atKinks++;
                    continue;
                }
                double difference = found.getAsDouble();
                Component component = new Component(
                        block.layer(), block.name(), i % block.rows(), i / block.rows(), d[index], difference);
                components.add(component);
                double error = component.error() <= roundingOfLoss / h ? 0 : component.error();
                errors += error * error;
                backprops += (double) d[index] * d[index];
                differences += difference * difference;
            }
        }
        double error = Math.sqrt(errors);
        components.sort(Comparator.comparingDouble(Component::error).reversed());
        return new Result(
                error == 0 ? 0 : error / (Math.sqrt(backprops) + Math.sqrt(differences)),
                components.size(),
                atKinks,
                blocks.stream().mapToInt(ParameterBlock::size).sum(),
                components.subList(0, Math.min(WORST, components.size())));
    }

    /** Which elements of block b are compared, rising. */
    private int[] sample(int b) {
        ParameterBlock block = blocks.get(b);
        int wanted = shares()[b];
        // training's permutations have epochs from 1, so this stream is nobody else's
        int[] order = RandomStream.of(settings.seed(), Purpose.PERMUTATION, 0, 0, 0, b)
                .permutation(block.size());
        int[] sample = Arrays.copyOf(order, wanted);
        Arrays.sort(sample);
        return sample;
    }

    /** How many components each block gives: the smallest first, each an even part of what is left. */
    private int[] shares() {
        Integer[] bySize = new Integer[blocks.size()];
        Arrays.setAll(bySize, b -> b);
        Arrays.sort(bySize, Comparator.comparingInt(b -> blocks.get(b).size()));
        int[] shares = new int[blocks.size()];
        int left = settings.components();
        for (int taken = 0; taken < bySize.length; taken++) {
            int b = bySize[taken];
            int even = Math.max(1, left / (bySize.length - taken));
            shares[b] = Math.min(blocks.get(b).size(), even);
            left -= shares[b];
        }
        return shares;
    }

    private double firstStep(int index, ParameterBlock block) {
        double weight = Math.abs(theta[index]);
        double h = STEP * Math.max(1, weight);
        boolean besideKinkOfL1 = settings.l1() > 0 && block.isWeight() && weight > 0;
        return besideKinkOfL1 ? Math.min(h, weight / 2) : h;
    }

    /** The two-sided difference for component {@code index}; empty if a kink lies between the two sides. */
    private OptionalDouble difference(int index, double h) {
        double kept = theta[index];
        theta[index] = kept + h;
        Objective above = objective();
        theta[index] = kept - h;
        Objective below = objective();
        theta[index] = kept;
        return above.sides().equals(below.sides())
                ? OptionalDouble.of((above.value() - below.value()) / (2 * h))
                : OptionalDouble.empty();
    }

    /** J, and the sides of {@link ReferenceNetwork.Sided}. */
    private record Objective(double value, BitSet sides) {}

    /** J at the present θ. */
    private Objective objective() {
        double squares = 0;
        double magnitudes = 0;
        for (ParameterBlock block : blocks) {
            if (block.isWeight()) {
                for (int i = block.offset(); i < block.offset() + block.size(); i++) {
                    squares += theta[i] * theta[i];
                    magnitudes += Math.abs(theta[i]);
                }
            }
        }
        ReferenceNetwork.Sided loss = reference.sidedLossSum(theta, x, y, m);
        return new Objective(
                loss.lossSum() / m + settings.l2() / 2 * squares + settings.l1() / 2 * magnitudes, loss.sides());
    }

    private static double[] widen(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
