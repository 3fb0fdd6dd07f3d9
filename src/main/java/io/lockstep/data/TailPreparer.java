package io.lockstep.data;

/** Prepares what stands behind an example's features, its targets and weight, for the loss of a training. */
record TailPreparer(ShardedSet.Preparation preparation, RowLayout layout) {

    /** Prepares the tail that begins at {@code floats[at]}, in place. */
    void prepare(float[] floats, int at) {
        if (layout.isWeighted()) {
            // before the target: it is a class still
            int weight = at + layout.targets();
            floats[weight] = preparation.weights().of(floats[weight], floats[at]);
        }
        for (int t = 0; t < layout.targets(); t++) {
            floats[at + t] = (float) preparation.target().transform(t, floats[at + t]);
        }
    }
}
