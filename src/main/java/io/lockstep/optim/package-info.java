/**
 * Optimizers, schedules, clipping, regularization: functions from (θ, gradient, state) to θ. Knows nothing of Spark,
 * Scala or files; imports only {@code nn}, {@code math} and {@code error}.
 */
package io.lockstep.optim;
