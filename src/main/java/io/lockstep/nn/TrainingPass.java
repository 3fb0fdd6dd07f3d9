package io.lockstep.nn;

/**
 * The name of one forward pass in training: random numbers are a function of it, so that a repeated task draws the same.
 *
 * @param seed the training's seed
 * @param epoch from 1
 * @param step of the epoch, from 0
 * @param shard which logical worker
 * @param firstExample how many examples of the shard's slice came in earlier passes of this step
 */
public record TrainingPass(long seed, int epoch, int step, int shard, int firstExample) {}
