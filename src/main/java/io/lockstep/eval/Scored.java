package io.lockstep.eval;

/** What examples are ranked by, and which of them are positive. */
enum Scored {
    /** By the probability of the second of two classes. */
    TWO_CLASSES {
        @Override
        float score(float[] outputs, int from, int ranking) {
            return outputs[from];
        }

        @Override
        boolean isPositive(float[] targets, int target, int ranking) {
            return targets[target] == 1;
        }
    },
    /** By the probability of each class, one against the rest. */
    CLASSES {
        @Override
        float score(float[] outputs, int from, int ranking) {
            return outputs[from + ranking];
        }

        @Override
        boolean isPositive(float[] targets, int target, int ranking) {
            return (int) targets[target] == ranking;
        }
    },
    /** By the probability of each label. */
    LABELS {
        @Override
        float score(float[] outputs, int from, int ranking) {
            return outputs[from + ranking];
        }

        @Override
        boolean isPositive(float[] targets, int target, int ranking) {
            return targets[target + ranking] == 1;
        }
    };

    abstract float score(float[] outputs, int from, int ranking);

    abstract boolean isPositive(float[] targets, int target, int ranking);
}
