package io.lockstep.train;

/**
 * What is scored after the last step of a stride.
 *
 * @param shards of the set
 */
record Scoring(ShardSource shards, ScoreWorker.Job job) {}
