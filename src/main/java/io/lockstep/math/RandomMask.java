package io.lockstep.math;

import java.util.Arrays;

/**
 * The mask of a dropout from a {@link RandomStream}, a thousand blocks of Philox at a time: the same numbers as asking the
 * stream for one after another, at an eighth of the time, because the JIT compiler makes SIMD code of loops over blocks.
 * Its buffers belong to one thread.
 */
public final class RandomMask {
    /** Of four numbers each, drawn together; the four arrays fit into a core's nearest cache. */
    private static final int BLOCKS = 1024;

    /** words[k][c] is word k of block c. */
    private final int[][] words = new int[4][BLOCKS];

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
            int count = Math.min(n - done, 4 * BLOCKS - skip);
            int blocks = (skip + count + 3) / 4;
            draw(stream, (first + done) >>> 2, blocks);
            for (int k = 0; k < 4; k++) {
                choose(words[k], blocks, threshold, keptBits);
                int block = k < skip ? 1 : 0;
                spread(words[k], block, mask, done + 4 * block + k - skip, done + count);
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

    /** {@link RandomStream#philox} for the blocks from {@code first} on, each round for all of them. */
    private void draw(RandomStream stream, long first, int blocks) {
        for (int c = 0; c < blocks; c++) {
            words[0][c] = (int) first + c;
        }
        Arrays.fill(words[1], 0, blocks, stream.step());
        Arrays.fill(words[2], 0, blocks, stream.shard());
        Arrays.fill(words[3], 0, blocks, stream.layer());
        int key0 = (int) stream.key();
        int key1 = (int) (stream.key() >>> 32);
        for (int round = 0; round < RandomStream.ROUNDS; round++) {
            round(words[0], words[1], words[2], words[3], key0, key1, blocks);
            key0 += RandomStream.WEYL_0;
            key1 += RandomStream.WEYL_1;
        }
    }

    private static void round(int[] x0, int[] x1, int[] x2, int[] x3, int key0, int key1, int blocks) {
        for (int c = 0; c < blocks; c++) {
            int a = x0[c];
            int b = x2[c];
            x0[c] = highProduct(b, RandomStream.MULTIPLIER_1) ^ x1[c] ^ key0;
            x1[c] = b * RandomStream.MULTIPLIER_1;
            x2[c] = highProduct(a, RandomStream.MULTIPLIER_0) ^ x3[c] ^ key1;
            x3[c] = a * RandomStream.MULTIPLIER_0;
        }
    }

    /**
     * The upper 32 bits of the unsigned product, from 16-bit halves: every CPU has SIMD products of ints, not every one
     * those of longs.
     */
    private static int highProduct(int a, int b) {
        int low = (a & 0xFFFF) * (b & 0xFFFF);
        int middle = (a >>> 16) * (b & 0xFFFF) + (low >>> 16);
        int carry = (a & 0xFFFF) * (b >>> 16) + (middle & 0xFFFF);
        return (a >>> 16) * (b >>> 16) + (middle >>> 16) + (carry >>> 16);
    }
}
