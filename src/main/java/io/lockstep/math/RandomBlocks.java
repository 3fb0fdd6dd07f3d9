package io.lockstep.math;

import java.util.Arrays;

/**
 * Blocks of Philox4x32-10, a thousand at a time: the words that a {@link RandomStream} gives one after another, in loops
 * over blocks that the JIT compiler makes SIMD code of. Its buffers belong to one thread.
 */
final class RandomBlocks {
    /** Of four words each, drawn together; the four arrays fit into a core's nearest cache. */
    static final int MOST = 1024;

    /** words[k][c] is word k of block c. */
    private final int[][] words = new int[4][MOST];

    /** Word {@code k} of the blocks that were drawn last; the caller may overwrite it. */
    int[] word(int k) {
        return words[k];
    }

    /** {@link RandomStream#philox} for the blocks from {@code first} on, each round for all of them. */
    void draw(RandomStream stream, long first, int blocks) {
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
