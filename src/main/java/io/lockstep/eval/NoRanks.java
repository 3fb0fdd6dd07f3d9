package io.lockstep.eval;

/** Keeps nothing: rankings are too many, or nobody asks for their order. */
record NoRanks() implements Ranks {

    @Override
    public void add(float[] outputs, int from, float[] targets, int target, float w) {
        // none is kept
    }

    @Override
    public void endBlock(int block) {
        // none is kept
    }

    @Override
    public void endShard(int shard) {
        // none is kept
    }

    @Override
    public void end() {
        // none is kept
    }
}
