package io.lockstep.train;

import io.lockstep.nn.Inspection;
import io.lockstep.nn.LayerActivity;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.ParameterBlock;
import java.util.ArrayList;
import java.util.List;

/** Looks into the network after each epoch, on the driver: one pass over a {@link ProbeSample}. */
final class HealthProbe {
    private final NetworkSpec network;
    private final int examples;
    private final Inspection inspection;
    /** θ of the look before. */
    private float[] before = new float[0];

    HealthProbe(NetworkSpec network, ProbeSample sample) {
        this.network = network;
        this.examples = sample.examples();
        this.inspection = sample.sparse()
                .map(batch -> new Inspection(network, batch, sample.y()))
                .orElseGet(() -> new Inspection(network, sample.x(), sample.y(), examples));
    }

    /** θ of the look before; empty before the first one. */
    float[] before() {
        return before;
    }

    /** Σ ∂L/∂θ over the sample of the last look, until the next one. */
    float[] gradient() {
        return inspection.gradient();
    }

    /** How many examples it looks at. */
    int examples() {
        return examples;
    }

    /** Goes on from a look at {@code theta}. */
    void resume(float[] theta) {
        before = theta;
    }

    /** What this θ does with the sample, and how far it is from that of the look before. */
    NetworkHealth look(float[] theta) {
        Inspection.Seen seen = inspection.look(theta);
        List<LayerHealth> layers = new ArrayList<>();
        for (LayerActivity activity : seen.layers()) {
            layers.add(new LayerHealth(
                    activity, network.describeLayer(activity.layer()), update(theta, activity.layer())));
        }
        before = theta.clone();
        return new NetworkHealth(examples, seen.loss(), layers);
    }

    private double update(float[] theta, int layer) {
        double sum = 0;
        if (before.length > 0) {
            for (ParameterBlock block : network.parameters()) {
                // running averages move, but nothing trains them
                if (block.layer() == layer && block.isTrained()) {
                    for (int i = block.offset(); i < block.offset() + block.size(); i++) {
                        double difference = (double) theta[i] - before[i];
                        sum += difference * difference;
                    }
                }
            }
        }
        return Math.sqrt(sum);
    }
}
