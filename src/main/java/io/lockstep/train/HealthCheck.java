package io.lockstep.train;

import io.lockstep.config.EvaluationMetric;
import io.lockstep.config.LockstepConfig;
import io.lockstep.data.ShardTask;
import io.lockstep.nn.NetworkSpec;
import java.util.OptionalDouble;
import org.apache.spark.api.java.JavaRDD;

/** A training's health: looked at before the first step and after each epoch, judged, and told to the listener. */
final class HealthCheck {
    private final HealthProbe probe;
    private final HealthWatch watch;
    private final NetworkHealth initial;
    private final TrainingListener listener;

    /** Takes the sample from the training set's {@code shards}, and looks at the first θ. */
    HealthCheck(
            LockstepConfig config,
            NetworkSpec network,
            JavaRDD<ShardTask> shards,
            float[] theta,
            TrainingListener listener) {
        this.probe = new HealthProbe(network, ProbeSample.of(shards, network, ProbeSample.most(network)));
        this.initial = probe.look(theta);
        this.watch = new HealthWatch(config, initial);
        this.listener = listener;
    }

    /** The network's health with this θ. */
    NetworkHealth look(float[] theta) {
        return probe.look(theta);
    }

    /** Takes in the loss of a mini-batch. */
    void step(int epoch, int step, double loss) {
        watch.step(epoch, step, loss).ifPresent(listener::warned);
    }

    /** Takes in an epoch that has ended. */
    void judge(EpochRecord epoch) {
        OptionalDouble dev = epoch.dev().stream()
                .mapToDouble(score -> score.value(EvaluationMetric.LOSS))
                .findFirst();
        watch.epoch(epoch.epoch(), epoch.health(), epoch.trainLoss(), dev).forEach(listener::warned);
    }

    HealthReport report() {
        return new HealthReport(initial, watch.warnings());
    }
}
