package io.lockstep.augment;

import io.lockstep.nn.TrainingPass;

/** Augments mini-batches in place. Its buffers belong to one thread; it allocates nothing that grows with the examples. */
public interface Augmenter {
    /**
     * Augments the examples of a pass.
     *
     * @param x X (n_x, m), normalized; overwritten
     * @param m how many examples
     * @param pass names the pass: the same name, the same augmentation
     */
    void augment(float[] x, int m, TrainingPass pass);
}
