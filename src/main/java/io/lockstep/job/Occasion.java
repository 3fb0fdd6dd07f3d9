package io.lockstep.job;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.Predecessor;
import io.lockstep.data.TrainingData;
import io.lockstep.model.ModelDescription;
import io.lockstep.model.ModelDirectory;
import io.lockstep.model.ModelDraft;
import io.lockstep.train.ResumableTraining;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/** What a training is for, and what is done at its stages beside training. */
interface Occasion {

    /** A training for the model at the config's {@code output}. */
    static Occasion output(LockstepConfig config, Configuration hadoop) {
        return output(config, hadoop, false);
    }

    /** The same, with a learning curve if {@code curve}. */
    static Occasion output(LockstepConfig config, Configuration hadoop, boolean curve) {
        ModelDirectory directory = ModelDirectory.at(config.output(), hadoop);
        return new Occasion() {
            @Override
            public ModelDirectory directory() {
                return directory;
            }

            @Override
            public String name() {
                return config.output();
            }

            @Override
            public boolean hasLearningCurve() {
                return curve;
            }
        };
    }

    /** Where the model appears. */
    ModelDirectory directory();

    /** What the user calls that place. */
    String name();

    /** What is taken over from an earlier model. */
    default Predecessor predecessor() {
        return Predecessor.NONE;
    }

    /** What the training starts from, beside config and data: a checkpoint of another origin is none of it. */
    default Map<String, String> origin() {
        return Map.of();
    }

    /** Chooses between the beginning and a checkpoint, where the command line does not. */
    default void choose(ResumableTraining training) {}

    /** Looks at the data before the training begins. */
    default void prepared(TrainingData data) {}

    /** θ before the first step; empty: at random. */
    default Optional<float[]> start(TrainingData data) {
        return Optional.empty();
    }

    /** More of where the model comes from. */
    default Map<String, Object> lineage(TrainingData data) {
        return Map.of();
    }

    /** Whether parts of the training rows are to be trained on, too, for a learning curve. */
    default boolean hasLearningCurve() {
        return false;
    }

    /** Looks at the model, and adds to its directory, before it appears. */
    default void trained(ModelDraft draft, ModelDescription model, float[] theta, TrainingData data)
            throws IOException {}
}
