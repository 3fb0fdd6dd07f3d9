package io.lockstep.math;

/**
 * The mask of a dropout from a {@link RandomStream}, a thousand blocks of Philox at a time: the same numbers as asking the
 * stream for one after another, at an eighth of the time, because the JIT compiler makes SIMD code of loops over blocks.
 * Its buffers belong to one thread.
 */
public final class RandomMask {
    private final RandomBlocks random = new RandomBlocks();

    /**
     * mask[i] ← 0 where {@code stream.uniform(first + i) < rate}, else {@code kept}; i from 0 to n − 1.
     *
     * @param rate in [0, 1)
     */
    public void fill(RandomStream stream, long first, float rate, float kept, float[] mask, int n) {
        // uniform numbers are the upper 24 bits of a word, times 2⁻²⁴
        int threshold = (int) Math.ceil(rate * 0x1.0p24f);
        int keptBits = Float.floatToRawIntBits(kept);
        int done = 0;
        while (done < n) {
            int skip = (int) ((first + done) & 3);
            int count = Math.min(n - done, 4 * RandomBlocks.MOST - skip);
            int blocks = (skip + count + 3) / 4;
            random.draw(stream, (first + done) >>> 2, blocks);
            for (int k = 0; k < 4; k++) {
                choose(random.word(k), blocks, threshold, keptBits);
                int block = k < skip ? 1 : 0;
                spread(random.word(k), block, mask, done + 4 * block + k - skip, done + count);
            }
            done += count;
        }
    }

    /** Each word becomes the bits of a mask's element, without a branch: nobody can predict it. */
    private static void choose(int[] word, int blocks, int threshold, int kept) {
        for (int c = 0; c < blocks; c++) {
            word[c] = kept & ((threshold - 1 - (word[c] >>> 8)) >> 31);
        }
    }

    /** mask[from], mask[from + 4], … below {@code to}, from a word of each block. */
    private static void spread(int[] word, int block, float[] mask, int from, int to) {
        for (int i = from, c = block; i < to; i += 4, c++) {
            mask[i] = Float.intBitsToFloat(word[c]);
        }
    }
}
