package io.lockstep.config;

/** What the network predicts; the output layer and the loss follow from it. */
public enum Task implements Named {
    /** One of K classes: sigmoid output and cross-entropy for K = 2, softmax for more. */
    CLASSIFICATION,
    /** For each of several labels whether it is there: a vector of sigmoids, the sum of their cross-entropies. */
    MULTILABEL,
    /** Numbers: identity output and halved squared error, or Huber's. */
    REGRESSION
}
