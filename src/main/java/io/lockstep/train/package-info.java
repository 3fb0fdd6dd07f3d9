/**
 * The training: the epoch loop, the synchronized step, early stopping and listeners. Imports {@code data},
 * {@code config}, {@code model} and the engine.
 */
package io.lockstep.train;
