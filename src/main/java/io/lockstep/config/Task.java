package io.lockstep.config;

/** What the network predicts; the output layer and the loss follow from it. */
public enum Task implements Named {
    /** One of K classes: sigmoid output and cross-entropy for K = 2, softmax for more. */
    CLASSIFICATION,
    /** A number: identity output and halved squared error. */
    REGRESSION
}
