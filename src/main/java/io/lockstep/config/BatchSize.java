package io.lockstep.config;

import java.io.Serializable;

/** How many examples a step takes. */
public sealed interface BatchSize extends Serializable {

    /** All training examples: one step per epoch. */
    record Full() implements BatchSize {}

    /** A mini-batch of {@code examples}. */
    record Rows(int examples) implements BatchSize {
        public Rows {
            Checks.require(examples >= 1, "batch_size must be >= 1, is " + examples);
        }
    }

    /**
     * A mini-batch of {@code examples}.
     *
     * @throws IllegalArgumentException if {@code examples} is below 1
     */
    static BatchSize of(int examples) {
        return new Rows(examples);
    }

    static BatchSize full() {
        return new Full();
    }

    /** The examples of a whole mini-batch, never more than {@code trainingExamples}. */
    default long rows(long trainingExamples) {
        return this instanceof Rows rows ? Math.min(rows.examples(), trainingExamples) : trainingExamples;
    }
}
