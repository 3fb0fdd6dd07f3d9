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
    private final NetworkSpec network;
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
        this.network = network;
        this.listener = listener;
        tellOfLook(theta);
    }

    /** Goes on from {@code checkpoint}, of the same training. */
    HealthCheck(
            LockstepConfig config,
            NetworkSpec network,
            JavaRDD<ShardTask> shards,
            Checkpoint checkpoint,
            TrainingListener listener) {
        this.probe = new HealthProbe(network, ProbeSample.of(shards, network, ProbeSample.most(network)));
        this.probe.resume(checkpoint.epochStart());
        this.initial = checkpoint.health().initial();
        this.watch = new HealthWatch(config, initial, checkpoint.health().warnings(), checkpoint.worseSteps());
        checkpoint
                .epochs()
                .forEach(epoch -> watch.epoch(epoch.epoch(), epoch.health(), epoch.trainLoss(), devLoss(epoch)));
        this.network = network;
        this.listener = listener;
    }

    /** The network's health with this θ. */
    NetworkHealth look(float[] theta) {
        return probe.look(theta);
    }

    /** Lets the listener see what the last {@link #look}, at this θ, saw. */
    void tellOfLook(float[] theta) {
        listener.lookedInto(new TrainingListener.Look(network, theta, probe.gradient(), probe.examples()));
    }

    /** Takes in the loss of a mini-batch. */
    void step(int epoch, int step, double loss) {
        watch.step(epoch, step, loss).ifPresent(listener::warned);
    }

    /** Takes in an epoch that has ended. */
    void judge(EpochRecord epoch) {
        watch.epoch(epoch.epoch(), epoch.health(), epoch.trainLoss(), devLoss(epoch))
                .forEach(listener::warned);
    }

    private static OptionalDouble devLoss(EpochRecord epoch) {
        return epoch.dev().stream()
                .mapToDouble(score -> score.value(EvaluationMetric.LOSS))
                .findFirst();
    }

    /** θ of the last look. */
    float[] lastTheta() {
        return probe.before();
    }

    /** See {@link HealthWatch#worseSteps}. */
    int worseSteps() {
        return watch.worseSteps();
    }

    HealthReport report() {
        return new HealthReport(initial, watch.warnings());
    }
}
