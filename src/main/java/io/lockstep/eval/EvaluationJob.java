package io.lockstep.eval;

import io.lockstep.model.TargetTransform;
import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import java.io.Serializable;

/**
 * What is evaluated, and what tasks keep of each example.
 *
 * @param examples of the whole set
 * @param slices how many slices there are; 0 for none
 * @param mostRanked numbers (scores or residuals) that the driver puts in order; of more there are bins
 */
record EvaluationJob(NetworkSpec network, TargetTransform target, long examples, int slices, long mostRanked)
        implements Serializable {
    /** 128 MB; 10 million examples of two classes are ranked exactly. */
    static final long MOST_RANKED = 1L << 24;
    /** Classes up to which there are a confusion matrix and areas under each one's curves. */
    static final int MOST_CLASSES = 1000;

    Blocks blocks() {
        return Blocks.of(examples);
    }

    boolean isRegression() {
        return network.loss().isRegression();
    }

    boolean isMultilabel() {
        return network.loss().kind() == Loss.Kind.SIGMOID_CROSS_ENTROPY && network.outputs() > 1;
    }

    private boolean isClassification() {
        return !isRegression() && !isMultilabel();
    }

    /** The number of classes; 0 of the other tasks. */
    int classes() {
        return isClassification() ? Math.max(2, network.outputs()) : 0;
    }

    boolean countsConfusion() {
        return isClassification() && classes() <= MOST_CLASSES;
    }

    /** The sums of all examples. */
    Measure measure() {
        return measure(1);
    }

    /** The sums of each slice. */
    Measure sliceMeasure() {
        return measure(slices);
    }

    private Measure measure(int groups) {
        int outputs = network.outputs();
        if (isRegression()) {
            return new ErrorMeasure(target, outputs);
        }
        return isMultilabel()
                ? new LabelMeasure(outputs)
                : new ClassMeasure(
                        outputs,
                        (long) classes() * groups <= MOST_CLASSES
                                ? ClassMeasure.Averages.BY_BLOCK
                                : ClassMeasure.Averages.ELSEWHERE);
    }

    /** Whether all scores and residuals are kept, and not bins of them. */
    boolean isExact() {
        return examples * Math.max(1, rankings()) * (slices > 0 ? 2 : 1) <= mostRanked;
    }

    /** In how many ways examples are ranked. */
    private int rankings() {
        return network.outputs();
    }

    private Scored scored() {
        return isMultilabel() ? Scored.LABELS : network.outputs() == 1 ? Scored.TWO_CLASSES : Scored.CLASSES;
    }

    /** What is kept of all examples for their order. */
    Ranks ranks() {
        if (isRegression()) {
            ErrorMeasure measure = (ErrorMeasure) measure();
            return isExact() ? new ExactResiduals(measure) : new BinnedResiduals(measure);
        }
        if (rankings() > MOST_CLASSES) {
            return new NoRanks();
        }
        return isExact() ? new ExactScores(scored(), rankings()) : new BinnedScores(scored(), rankings());
    }

    /** What is kept of a slice: of two classes, which alone have an auc of all examples. */
    Ranks sliceRanks() {
        return isClassification() && network.outputs() == 1 ? ranks() : new NoRanks();
    }
}
