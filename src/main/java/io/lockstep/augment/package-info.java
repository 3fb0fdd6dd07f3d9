/**
 * Data augmentation: what is done to an example between the shard and the network, in training alone. Part of the
 * engine: knows nothing of Spark, Scala or files; imports {@code math} and {@code nn}.
 *
 * <p>Legend: an image is channels × height × width, the width running fastest; n = height · width pixels of a plane.
 * What is done to an example is a pure function of (seed, epoch, step, shard, the example's place in the shard's slice):
 * any tasks, and any repeated task, do the same.
 */
package io.lockstep.augment;
