package io.lockstep.train;

import io.lockstep.data.Shard;
import io.lockstep.data.ShardTask;
import io.lockstep.nn.FoldedNetwork;
import io.lockstep.nn.Network;
import io.lockstep.nn.NetworkSpec;

/** One thread's forward propagation over whole shards. */
public final class ShardInference {
    /** Examples of one pass. Part of what makes a score the same everywhere: products of other shapes round otherwise. */
    private static final int PASS_ROWS = 1024;

    private final NetworkSpec spec;
    private final Network network;
    /** θ of {@link #network}. */
    private float[] theta = new float[0];

    private final PassExamples examples;
    private final double[] losses;
    private final int targets;
    private final int n;

    /** Allocates buffers that suit the shards of {@code task}; {@link #take} gives it its θ. */
    public ShardInference(NetworkSpec spec, ShardTask task) {
        int capacity = task.shards().stream()
                .mapToInt(range -> Math.min(PASS_ROWS, Math.max(1, range.rows())))
                .max()
                .orElse(1);
        this.spec = spec;
        this.network = new Network(FoldedNetwork.spec(spec), capacity);
        this.n = spec.outputs();
        this.examples = new PassExamples(spec, capacity);
        this.losses = new double[capacity];
        this.targets = spec.loss().targets(n);
    }

    /** Predicts with θ as it is now, folded; whoever changes it must hand it in again. */
    public void take(float[] parameters) {
        theta = FoldedNetwork.of(spec, parameters).theta();
    }

    /** Takes an example's prediction. */
    @FunctionalInterface
    public interface Consumer {
        /**
         * Takes a prediction.
         *
         * @param outputs holds A[L], reused
         * @param from where this example's outputs begin; they are n[L]
         * @param targets holds the targets as the network was trained on them, reused
         * @param target where this example's targets begin
         * @param weight what the example counts
         * @param loss its L, not times the weight
         */
        void accept(float[] outputs, int from, float[] targets, int target, float weight, double loss);
    }

    /**
     * Hands each example's prediction to {@code consumer}, in the shard's order.
     *
     * @return Σ L, each times its example's weight
     */
    public double forEach(Shard shard, Consumer consumer) {
        double loss = 0;
        for (long from = 0; from < shard.rows(); from += network.capacity()) {
            loss += pass(shard, (int) from, consumer);
        }
        return loss;
    }

    /** {@link #forEach} of the pass that begins with example {@code from}. */
    private double pass(Shard shard, int from, Consumer consumer) {
        int m = Math.min(network.capacity(), shard.rows() - from);
        examples.read(shard, from, m);
        float[] a = examples.logits(network, theta);
        float[] y = examples.y();
        float[] weights = examples.weights();
        spec.loss().losses(a, y, n, m, losses);
        spec.loss().output(a, n, m);
        double sum = 0;
        for (int j = 0; j < m; j++) {
            sum += weights[j] * losses[j];
            consumer.accept(a, j * n, y, j * targets, weights[j], losses[j]);
        }
        return sum;
    }

    /** Whether the probability of a label is above ½. */
    public static boolean predictsLabel(float probability) {
        return probability > 0.5f;
    }

    /** The class that an example's outputs predict: the greatest, or for a single output whether it is above ½. */
    public static int predictedClass(float[] outputs, int from, int n) {
        if (n == 1) {
            return predictsLabel(outputs[from]) ? 1 : 0;
        }
        int best = 0;
        for (int i = 1; i < n; i++) {
            if (outputs[from + i] > outputs[from + best]) {
                best = i;
            }
        }
        return best;
    }
}
