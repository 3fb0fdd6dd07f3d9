package io.lockstep.nn;

import java.io.Serializable;

/** What the numbers of a {@link ParameterBlock} are to the initializer and to the optimizer. */
public sealed interface ParameterKind extends Serializable {

    /** A W: drawn at random, trained, and alone in being regularized. */
    ParameterKind WEIGHT = new Weight();

    /** Where each number starts; of a weight, where its distribution has its mean. */
    float start();

    /** A W: see {@link #WEIGHT}. */
    record Weight() implements ParameterKind {
        @Override
        public float start() {
            return 0;
        }
    }

    /** A bias, scale or shift: b, γ or β. Starts at a constant and is trained, never regularized. */
    record Offset(float start) implements ParameterKind {}

    /**
     * A running average of what the training passes see. Nothing trains it: in its place in the gradient sum the layer
     * adds m·s for each pass of m examples with the statistic s, so that the sum divided by the count of the examples is
     * the mini-batch's mean s̄ of s, and a step moves it by s ← momentum·s + (1−momentum)·s̄.
     *
     * @param momentum in [0, 1)
     */
    record Statistic(float start, double momentum) implements ParameterKind {}
}
