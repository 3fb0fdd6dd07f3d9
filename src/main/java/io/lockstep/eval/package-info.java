/** Metrics of a finished network on train, dev and test, distributed. Imports {@code train} and all below it. */
package io.lockstep.eval;
