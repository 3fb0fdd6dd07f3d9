package io.lockstep.train;

import io.lockstep.optim.Schedule;
import java.io.Serializable;

/**
 * α over a training: the schedule by epochs, and a linear rise from 0 over the warm-up, by steps.
 *
 * @param initial α₀
 * @param warmupEpochs how long the rise takes
 * @param epochs the training's
 */
record LearningRate(double initial, Schedule schedule, double warmupEpochs, int epochs) implements Serializable {

    /**
     * α of a step.
     *
     * @param epoch from 1
     * @param step of the epoch, from 0
     * @param steps of the epoch
     */
    double at(int epoch, int step, int steps) {
        double risen = warmupEpochs == 0 ? 1 : Math.min(1, (epoch - 1 + (step + 1.0) / steps) / warmupEpochs);
        return initial * schedule.factor(Math.min(epoch, epochs), epochs) * risen;
    }
}
