package io.lockstep.train;

import io.lockstep.config.LockstepConfig;
import io.lockstep.math.ChunkedSum;
import io.lockstep.nn.GradientCheck;
import io.lockstep.nn.Network;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.SparseBatch;
import io.lockstep.nn.TrainingPass;
import io.lockstep.optim.Optimizer;
import io.lockstep.optim.Regularization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * {@link GradientCheck} of a user's own network and data, on the driver: at the first θ and again after some steps on a
 * sample, because a fault may show only where weights have moved (notes, "Gradient Checking Implementation Notes"). With
 * regularization, without dropout. The steps are those of a training, at the full learning rate, with dropout.
 */
public final class GradientCheckup {
    /** Steps before the second check. */
    public static final int STEPS = 20;

    private static final int MOST_COMPONENTS = 2000;
    private static final int FEWEST_COMPONENTS = 20;
    private static final int MOST_EXAMPLES = 8;
    private static final int FEWEST_EXAMPLES = 2;
    /** Multiplications and additions of the reference network, of one check: some seconds. */
    private static final double CHECK_OPERATIONS = 8e9;
    /** Of the steps between the checks: some seconds, on a native BLAS. */
    private static final double STEP_OPERATIONS = 2e11;

    private final LockstepConfig config;
    private final NetworkSpec network;
    private final ProbeSample sample;
    private final long examples;

    /**
     * A checkup.
     *
     * @param initial at the first θ
     * @param later after {@link #STEPS} steps; empty if they made θ infinite or no number
     * @param examples of each check
     * @param parameters of the network
     */
    public record Outcome(
            GradientCheck.Result initial, Optional<GradientCheck.Result> later, int examples, int parameters) {

        /** Whether the engine's gradient differs from the reference's by what rounding cannot do. */
        public boolean isWrong() {
            return initial.verdict() == GradientCheck.Verdict.WRONG
                    || later.filter(result -> result.verdict() == GradientCheck.Verdict.WRONG)
                            .isPresent();
        }
    }

    /**
     * A checkup of this network.
     *
     * @param examples of the training set, the m of λ/2m
     */
    public GradientCheckup(LockstepConfig config, NetworkSpec network, ProbeSample sample, long examples) {
        this.config = config;
        this.network = network;
        this.sample = sample;
        this.examples = examples;
    }

    /** Checks twice. */
    public Outcome run() {
        float[] theta =
                network.initialize(config.initializer(), config.training().seed());
        GradientCheck.Result initial = check(theta);
        step(theta);
        Optional<GradientCheck.Result> later =
                Double.isFinite(ChunkedSum.ofSquares(theta)) ? Optional.of(check(theta)) : Optional.empty();
        return new Outcome(initial, later, checked(), network.parameterCount());
    }

    private int checked() {
        double perExample = 4.0 * FEWEST_COMPONENTS * network.parameterCount();
        int affordable = (int) Math.min(MOST_EXAMPLES, CHECK_OPERATIONS / perExample);
        return Math.min(sample.examples(), Math.max(FEWEST_EXAMPLES, affordable));
    }

    private GradientCheck.Result check(float[] theta) {
        int m = checked();
        // each component takes two forward propagations
        double perComponent = 4.0 * m * network.parameterCount();
        int components = (int) Math.max(FEWEST_COMPONENTS, Math.min(MOST_COMPONENTS, CHECK_OPERATIONS / perComponent));
        GradientCheck.Settings settings = new GradientCheck.Settings(
                config.training().l2() / examples,
                config.training().l1() / examples,
                components,
                config.training().seed());
        float[] x = Arrays.copyOf(sample.x(), m * network.input().size());
        float[] y = Arrays.copyOf(sample.y(), m * targets());
        return sample.isSparse()
                ? GradientCheck.runSparse(network, theta, x, y, m, settings, sample.shift())
                : GradientCheck.run(network, theta, x, y, m, settings);
    }

    private int targets() {
        return network.loss().targets(network.outputs());
    }

    private void step(float[] theta) {
        long affordable = (long) (STEP_OPERATIONS / (6.0 * STEPS * network.parameterCount()));
        long wanted = Math.min(config.training().batchSize().rows(examples), sample.examples());
        int batch = (int) Math.max(1, Math.min(wanted, affordable));
        int width = network.input().size();
        Optimizer optimizer = new Optimizer(
                config.training().optimizer(),
                new Regularization(
                        config.training().l2(),
                        config.training().l1(),
                        config.training().clipNorm(),
                        config.training().clipValue(),
                        examples),
                network);
        Network engine = new Network(network, batch);
        Optional<SparseBatch> sparse = sample.sparse();
        float[] x = new float[sparse.isPresent() ? 0 : batch * width];
        float[] y = new float[batch * targets()];
        float[] gradient = new float[theta.length];
        for (int step = 0; step < STEPS; step++) {
            TrainingPass pass = new TrainingPass(config.training().seed(), 1, step, 0, 0);
            Arrays.fill(gradient, 0);
            for (int j = 0; j < batch; j++) {
                int from = from(step, batch, j);
                System.arraycopy(sample.y(), from * targets(), y, j * targets(), targets());
            }
            if (sparse.isPresent()) {
                SparseBatch columns = new SparseBatch(sample.shift());
                for (int j = 0; j < batch; j++) {
                    columns.addColumn(sparse.get(), from(step, batch, j));
                }
                engine.addGradient(theta, columns, y, pass, gradient);
            } else {
                for (int j = 0; j < batch; j++) {
                    System.arraycopy(sample.x(), from(step, batch, j) * width, x, j * width, width);
                }
                engine.addGradient(theta, x, y, batch, pass, gradient);
            }
            optimizer.step(theta, gradient, batch, config.training().optimizer().learningRate());
        }
    }

    /** Which example of the sample is the {@code j}-th of a step. */
    private int from(int step, int batch, int j) {
        return (int) (((long) step * batch + j) % sample.examples());
    }

    /** What the worse of the two checks says; wrong, if there is no second one. */
    public static GradientCheck.Verdict verdict(Outcome outcome) {
        List<GradientCheck.Verdict> verdicts = new ArrayList<>();
        verdicts.add(outcome.initial().verdict());
        verdicts.add(outcome.later().map(GradientCheck.Result::verdict).orElse(GradientCheck.Verdict.WRONG));
        return verdicts.contains(GradientCheck.Verdict.WRONG)
                ? GradientCheck.Verdict.WRONG
                : verdicts.contains(GradientCheck.Verdict.SUSPICIOUS)
                        ? GradientCheck.Verdict.SUSPICIOUS
                        : GradientCheck.Verdict.GOOD;
    }
}
