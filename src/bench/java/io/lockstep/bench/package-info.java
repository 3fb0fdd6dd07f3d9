/**
 * Lockstep beside what users would pick instead, on one machine, in one run: {@code scripts/bench}. {@link
 * io.lockstep.bench.Bench} starts a {@link io.lockstep.bench.Worker} JVM for each kind of contender and gives the turns;
 * nobody computes but who has the turn. The product knows nothing of this package.
 */
package io.lockstep.bench;
