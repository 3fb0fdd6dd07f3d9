package io.lockstep.eval;

import java.io.Serializable;

/** What one task keeps of its examples so that all of them can be put in an order: by score, or by residual. */
interface Ranks extends Serializable {

    /** Takes an example of weight w &gt; 0. */
    void add(float[] outputs, int from, float[] targets, int target, float w);

    /** The examples that were added since the last call are of this block. */
    void endBlock(int block);

    /** The examples that were added since the last call are of this shard. */
    void endShard(int shard);

    /** There are no more. */
    void end();
}
