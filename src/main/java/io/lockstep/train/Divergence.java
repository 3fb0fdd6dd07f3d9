package io.lockstep.train;

import io.lockstep.data.Jobs;
import io.lockstep.data.ShardTask;
import io.lockstep.error.DivergedException;
import io.lockstep.math.ChunkedSum;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.ParameterBlock;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/** Finds out where a loss that is not finite came from. */
final class Divergence {
    private static final String ADVICE = " Lower training.optimizer.learning_rate, warm it up (training.schedule:"
            + " { warmup_epochs: 1 }), or set training.clip_norm.";

    private final JavaRDD<ShardTask> shards;
    private final ShardWorker.Job job;

    Divergence(JavaRDD<ShardTask> shards, ShardWorker.Job job) {
        this.shards = shards;
        this.job = job;
    }

    /**
     * The fault in words.
     *
     * @param state with the θ that the step was computed with
     * @param step of the epoch, from 0
     */
    DivergedException explain(TrainingState state, int epoch, int step, double loss) {
        Broadcast<float[]> theta =
                JavaSparkContext.fromSparkContext(shards.context()).broadcast(state.theta());
        String where = faultyParameters(job.network(), state.theta())
                .orElseGet(() -> Jobs.named(shards.context(), "find what diverged", () -> shards.mapPartitions(
                                        new Probe(job, theta, epoch, step))
                                .collect())
                        .stream()
                        .min(Integer::compare)
                        .map(this::faultyOutput)
                        .orElse("all layers are finite, only the loss is not."));
        return new DivergedException("training diverged in epoch " + epoch + ", step " + (step + 1) + ": the loss is "
                + loss + "; " + where + ADVICE);
    }

    /**
     * Looks at θ after the last step of an epoch, which no later loss would show.
     *
     * @param steps of the epoch
     * @throws DivergedException if a parameter is not finite
     */
    static void requireFinite(NetworkSpec network, float[] theta, int epoch, int steps) {
        if (!Double.isFinite(ChunkedSum.ofSquares(theta))) {
            throw new DivergedException("training diverged in epoch " + epoch + ", step " + steps + "; "
                    + faultyParameters(network, theta).orElse("θ is not finite.") + ADVICE);
        }
    }

    private static Optional<String> faultyParameters(NetworkSpec network, float[] theta) {
        for (ParameterBlock block : network.parameters()) {
            for (int i = block.offset(); i < block.offset() + block.size(); i++) {
                if (!Float.isFinite(theta[i])) {
                    return Optional.of("the first parameters that are not finite are those of "
                            + network.describeLayer(block.layer()) + ", its " + block.name() + ".");
                }
            }
        }
        return Optional.empty();
    }

    private String faultyOutput(int layer) {
        return layer == 0
                ? "the examples themselves have values that are not finite."
                : "all parameters are finite; the first outputs that are not are those of "
                        + job.network().describeLayer(layer) + ".";
    }

    /** Finds the lowest layer whose outputs are not finite. */
    private static final class Probe implements FlatMapFunction<Iterator<ShardTask>, Integer> {
        private static final long serialVersionUID = 1L;

        private final ShardWorker.Job job;
        private final Broadcast<float[]> theta;
        private final int epoch;
        private final int step;

        Probe(ShardWorker.Job job, Broadcast<float[]> theta, int epoch, int step) {
            this.job = job;
            this.theta = theta;
            this.epoch = epoch;
            this.step = step;
        }

        @Override
        public Iterator<Integer> call(Iterator<ShardTask> tasks) {
            ShardWorker worker = ShardWorker.borrow(job);
            try {
                OptionalInt layer = worker.firstNonFiniteLayer(tasks.next(), theta.value(), epoch, step);
                return layer.isPresent()
                        ? List.of(layer.getAsInt()).iterator()
                        : List.<Integer>of().iterator();
            } finally {
                worker.back();
            }
        }
    }
}
