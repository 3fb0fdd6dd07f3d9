/**
 * Metrics of a finished network on train, dev and test, distributed, with their confidence intervals: {@link
 * io.lockstep.eval.Evaluator} makes an {@link io.lockstep.eval.Evaluation}. Imports {@code train} and all below it.
 */
package io.lockstep.eval;
