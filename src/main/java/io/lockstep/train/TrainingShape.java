package io.lockstep.train;

import io.lockstep.config.EvaluationMetric;
import io.lockstep.error.DataException;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.NetworkSpec;

/**
 * What a checkpoint must fit, whatever it says of itself.
 *
 * @param stateArrays of the optimizer
 * @param steps of an epoch of mini-batches
 * @param examples of an epoch
 */
record TrainingShape(NetworkSpec network, int stateArrays, int steps, long examples, Stopping stopping) {

    /** What the best epoch is. */
    enum Stopping {
        /** That of the best score on dev. */
        EARLY,
        /** The last one. */
        AT_THE_END
    }

    /**
     * Makes sure that a training of this shape can go on from what a checkpoint says.
     *
     * @throws DataException naming what does not fit
     */
    void requireFits(CheckpointJson.Content content, String file) {
        Checkpoint checkpoint = content.checkpoint();
        EpochSums current = checkpoint.current();
        int epochs = checkpoint.epochs().size();
        require(content.stateArrays() == stateArrays, file, "optimizer_arrays", content.stateArrays());
        require(current.steps() >= 0 && current.steps() < steps, file, "current.steps", current.steps());
        require(
                current.examples() >= 0 && current.examples() <= examples,
                file,
                "current.examples",
                current.examples());
        int patience = checkpoint.patienceEnded().orElse(epochs);
        require(patience >= 1 || epochs == 0, file, "patience_ended", patience);
        require(patience <= epochs, file, "patience_ended", patience);
        requireBest(checkpoint, file);
        // mini-batch epochs have as many steps as the plan, those of full batches one
        long most = (long) epochs * steps + current.steps();
        boolean counted =
                checkpoint.optimizerSteps() >= epochs + (long) current.steps() && checkpoint.optimizerSteps() <= most;
        require(counted, file, "optimizer_steps", checkpoint.optimizerSteps());
        require(
                fits(checkpoint.health().initial()),
                file,
                "initial_health.layers",
                checkpoint.health().initial().layers().size());
        for (EpochRecord epoch : checkpoint.epochs()) {
            String place = "epochs[" + (epoch.epoch() - 1) + "]";
            require(
                    fits(epoch.health()),
                    file,
                    place + ".health.layers",
                    epoch.health().layers().size());
            boolean scored = epoch.dev().stream().allMatch(dev -> dev.values().containsKey(EvaluationMetric.LOSS));
            require(scored, file, place + ".dev", "no loss");
        }
    }

    private void requireBest(Checkpoint checkpoint, String file) {
        int epochs = checkpoint.epochs().size();
        require(checkpoint.best().isPresent() == epochs > 0, file, "best", epochs > 0 ? "nothing" : "an epoch");
        checkpoint.best().ifPresent(best -> {
            require(best.epoch() >= 1 && best.epoch() <= epochs, file, "best.epoch", best.epoch());
            boolean early = stopping == Stopping.EARLY;
            require(best.score().isPresent() == early, file, "best.score", early ? "nothing" : best.score());
            require(early || best.epoch() == epochs, file, "best.epoch", best.epoch());
        });
    }

    private boolean fits(NetworkHealth health) {
        long dense = network.layers().stream()
                .filter(LayerSpec.Dense.class::isInstance)
                .count();
        return health.layers().size() == dense;
    }

    private static void require(boolean fits, String file, String field, Object found) {
        if (!fits) {
            throw new DataException(file + ": " + field + ": found " + found
                    + ", which is not possible in this training: it was altered");
        }
    }
}
