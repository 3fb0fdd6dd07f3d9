/**
 * Makes the golden files of {@code src/test/resources/golden}: what PyTorch makes of the same start, the same data and
 * the same hyper-parameters. Called by {@code scripts/golden}; shares no code with what the files are the oracle of.
 */
package io.lockstep.golden;
