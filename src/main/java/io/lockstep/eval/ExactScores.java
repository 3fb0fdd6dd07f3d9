package io.lockstep.eval;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All scores. An example is 64 bits: the score, which is in [0, 1], by its float's bits, so that numbers are in the order of
 * scores; whether it is positive; its weight's bits.
 */
final class ExactScores implements Ranks {
    private static final long serialVersionUID = 1L;

    private static final int ONE = Float.floatToRawIntBits(1);
    private static final long POSITIVE = 1L << 31;

    private final Scored scored;
    private final Longs[] open;
    private final List<Run> runs = new ArrayList<>();

    /**
     * Examples in rising order of their scores.
     *
     * @param ranking the class or label
     * @param block where they are from; 0 where there are several rankings
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Run(int ranking, int block, long[] examples) implements Serializable {}

    ExactScores(Scored scored, int rankings) {
        this.scored = scored;
        this.open = new Longs[rankings];
        Arrays.setAll(open, r -> new Longs());
    }

    /** Example of that score. */
    static long example(float score, boolean positive, float weight) {
        // adding 0 makes −0 the 0 that it equals
        return (long) Float.floatToRawIntBits(score + 0f) << 32
                | (positive ? POSITIVE : 0)
                | Float.floatToRawIntBits(weight);
    }

    static int score(long example) {
        return (int) (example >>> 32);
    }

    static boolean isPositive(long example) {
        return (example & POSITIVE) != 0;
    }

    static float weight(long example) {
        return Float.intBitsToFloat((int) (example & (POSITIVE - 1)));
    }

    /** Whether a score is a probability, which NaN is not. */
    static boolean isProbability(long example) {
        return example >= 0 && score(example) <= ONE;
    }

    @Override
    public void add(float[] outputs, int from, float[] targets, int target, float w) {
        for (int r = 0; r < open.length; r++) {
            open[r].add(example(scored.score(outputs, from, r), scored.isPositive(targets, target, r), w));
        }
    }

    @Override
    public void endBlock(int block) {
        if (open.length == 1) {
            close(block);
        }
    }

    @Override
    public void endShard(int shard) {
        // a run is of a block, wherever it lies
    }

    @Override
    public void end() {
        close(0);
    }

    private void close(int block) {
        for (int r = 0; r < open.length; r++) {
            long[] examples = open[r].take();
            if (examples.length > 0) {
                Arrays.sort(examples);
                runs.add(new Run(r, block, examples));
            }
        }
    }

    /** After {@link #end}. */
    List<Run> runs() {
        return runs;
    }

    /** A list of longs. */
    private static final class Longs implements Serializable {
        private static final long serialVersionUID = 1L;

        private long[] values = new long[0];
        private int size;

        void add(long value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, Math.max(64, size + size / 2));
            }
            values[size++] = value;
        }

        long[] take() {
            long[] taken = Arrays.copyOf(values, size);
            values = new long[0];
            size = 0;
            return taken;
        }
    }
}
