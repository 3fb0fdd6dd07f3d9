package io.lockstep.train;

import io.lockstep.augment.Augmenter;
import io.lockstep.data.Shard;
import io.lockstep.nn.Network;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.SparseBatch;
import io.lockstep.nn.TrainingPass;
import java.util.OptionalInt;

/** The examples of one pass through a network, dense or sparse as the set stores them, in buffers of one thread. */
final class PassExamples {
    private final int features;
    private final int capacity;
    private final float[] y;
    private final float[] weights;
    /** X of dense examples; made at the first. */
    private float[] x = new float[0];
    /** X of sparse examples; null until the first. */
    private SparseBatch sparse;

    private boolean isSparse;
    private boolean isWeighted;
    private int m;

    /**
     * Buffers for examples of one set.
     *
     * @param capacity the most of them in a pass
     */
    PassExamples(NetworkSpec network, int capacity) {
        this.features = network.input().size();
        this.capacity = capacity;
        this.y = new float[network.loss().targets(network.outputs()) * capacity];
        this.weights = new float[capacity];
    }

    /** Takes examples {@code order[from .. from + count)} of a shard. */
    void gather(Shard shard, int[] order, int from, int count) {
        begin(shard, count);
        if (isSparse) {
            shard.gather(order, from, count, sparse, y);
        } else {
            shard.gather(order, from, count, x, y);
        }
        if (isWeighted) {
            shard.gatherWeights(order, from, count, weights);
        }
    }

    /** Takes examples [from, from + count) of a shard. */
    void read(Shard shard, int from, int count) {
        begin(shard, count);
        if (isSparse) {
            shard.read(from, count, sparse, y);
        } else {
            shard.read(from, count, x, y);
        }
        shard.readWeights(from, count, weights);
    }

    private void begin(Shard shard, int count) {
        isSparse = shard.isSparse();
        isWeighted = shard.isWeighted();
        m = count;
        if (isSparse && sparse == null) {
            sparse = shard.newBatch();
        } else if (!isSparse && x.length == 0) {
            x = new float[Math.multiplyExact(features, capacity)];
        }
    }

    /** Only dense examples, which pictures and sounds are, are ever augmented. */
    void augment(Augmenter augmenter, TrainingPass pass) {
        if (!isSparse) {
            augmenter.augment(x, m, pass);
        }
    }

    /** {@link Network#addGradient} of these examples, each times its weight, where they have weights. */
    double addGradient(Network network, float[] theta, TrainingPass pass, float[] gradient) {
        if (isSparse) {
            return isWeighted
                    ? network.addGradient(theta, sparse, y, weights, pass, gradient)
                    : network.addGradient(theta, sparse, y, pass, gradient);
        }
        return isWeighted
                ? network.addGradient(theta, x, y, weights, m, pass, gradient)
                : network.addGradient(theta, x, y, m, pass, gradient);
    }

    /** {@link Network#logits} of these examples. */
    float[] logits(Network network, float[] theta) {
        return isSparse ? network.logits(theta, sparse) : network.logits(theta, x, m);
    }

    /** {@link Network#firstNonFiniteLayer} of these examples. */
    OptionalInt firstNonFiniteLayer(Network network, float[] theta) {
        return isSparse ? network.firstNonFiniteLayer(theta, sparse) : network.firstNonFiniteLayer(theta, x, m);
    }

    /** The targets, reused. */
    float[] y() {
        return y;
    }

    /** What each counts, after {@link #read}; reused. */
    float[] weights() {
        return weights;
    }
}
